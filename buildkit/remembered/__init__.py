"""Answers of other programs, kept for as long as nothing has changed that they could depend on."""
