"""Written questions of an exercise: their tables and file, formulas, comparison of answers."""
