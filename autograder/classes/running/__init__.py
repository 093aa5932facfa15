"""Runs: the work of a class is queued, graded by an engine, and committed once."""
