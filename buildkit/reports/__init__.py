"""What a run looks like to people and to machines: consumers of events, one module or two for each format."""
