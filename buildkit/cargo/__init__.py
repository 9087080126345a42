"""Cargo's own formats and conventions, parsed once and strictly."""
