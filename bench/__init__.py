"""Reproducible comparisons of buildkit with other tools; `python -m bench --help` says how."""
