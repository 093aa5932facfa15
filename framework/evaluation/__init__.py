"""Scores of trained models: perplexity, accuracy, F1, similarity, agreement, claims."""
