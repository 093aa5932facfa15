"""A course on disk: its exercises, stubs, mistakes and thresholds."""
