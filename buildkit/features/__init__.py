"""The feature engine: closures, derivations and what they prove. Pure; knows nothing of processes."""
