"""Rust source from a scenario: one platform-agnostic part, and a `main` for each platform."""
