"""Positions of words; how transformers are trained; masked language models and classifiers."""
