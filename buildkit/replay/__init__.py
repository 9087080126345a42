"""What a run said, said again while nothing that it looked at has changed."""
