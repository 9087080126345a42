"""Run a compiled scenario once, and say how it ended."""
