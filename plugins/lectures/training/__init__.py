"""Kinds of runs that only the lectures need: sentence pairs, conditions and word vectors."""
