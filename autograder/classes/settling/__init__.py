"""Final points: those of a run, then manual points, rules of the class, and plugins."""
