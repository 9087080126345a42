"""How an artifact is run, for each runtime that a compilation target can name."""
