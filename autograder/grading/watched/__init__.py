"""Grading of a submission that is saved again and again: what is prepared, and what is kept."""
