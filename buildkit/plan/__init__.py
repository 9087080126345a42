"""From a workspace and its configuration to cells, proofs and shards. Pure and printable."""
