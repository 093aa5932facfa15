"""Mutants of a solution: one small change each, by operators that know what beginners do."""
