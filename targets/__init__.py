"""The bundled compilation targets, one plugin module each."""
