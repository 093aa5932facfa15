"""Models built from parts of any backend: deep, character-aware, conditioned.

character_aware.py  language models whose word vectors come from the characters of the words
conditioned.py      A conditional language model with a fixed condition, used as a `LanguageModel`
count_models.py     language models that count: histories as tuples, arrays of ids outside
deep_cells.py       several recurrent layers where a model asked for one
differentiated.py   A model that is differentiated by the array library of its backend
language_models.py  language models by name, with an encoder or a counted text
parts.py            parts by name, and the parts of a model
"""
