"""Scores of translations and of probabilities."""
