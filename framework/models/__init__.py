"""Models built from parts of any backend: deep, character-aware, conditioned."""
