"""Texts as token ids: vocabularies, batches, generated languages of known entropy, real corpora."""
