"""The checkpoint and signal service; needs the extra `server`."""
