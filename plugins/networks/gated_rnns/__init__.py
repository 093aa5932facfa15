"""Recurrent layers that consist of others, a language model and a tagger on them."""
