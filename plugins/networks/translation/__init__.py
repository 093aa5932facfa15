"""Scores of translations and of probabilities, and subwords."""
