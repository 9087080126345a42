"""Prebuilt libraries: what a compiled scenario links, for each target, in the store."""
