"""Texts as token ids: vocabularies, batches, file formats, and one registry of corpora."""
