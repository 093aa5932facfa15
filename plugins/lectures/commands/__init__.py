"""The commands of the lectures, each in the module of its name, and those of word vectors.

agreement, attention, compare, experiment, lexicon, tokenize, translate: the commands of these
names.
compare_view: the tables of `compare`. neighbors: `neighbors`, `analogy`, `plot-words` and
`word-similarity`.
"""
