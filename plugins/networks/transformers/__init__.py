"""Positions of words; how transformers are trained."""
