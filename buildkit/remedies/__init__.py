"""Remedies: edits of manifests that make a finding go away, each proved by the feature engine before it counts."""
