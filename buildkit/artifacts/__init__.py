"""What an artifact is: wasm, ELF and archive inspection, sizes and checks."""
