"""Plans made real: stages of cells, one cargo call after another."""
