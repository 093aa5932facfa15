"""Lexicons of synsets and hypernyms: the small built-in one, and WordNet."""

from framework.data.lexicon.synsets import Lexicon, Synset, index_key, lexicon_of, mini_lexicon

__all__ = ["Lexicon", "Synset", "index_key", "lexicon_of", "mini_lexicon"]
