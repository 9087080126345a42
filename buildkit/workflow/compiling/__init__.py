"""Compile a scenario against a prebuilt library: one call of rustc, and what is written down of it."""
