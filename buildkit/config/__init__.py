"""The configuration: its declaration, where a value came from, and what a workspace suggests."""
