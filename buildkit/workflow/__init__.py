"""Scenarios: their model, and what must hold of one before it is compiled."""
