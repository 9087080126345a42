"""Compilers, standard libraries, linkers and tools: what is here, what is missing, and how it comes."""
