"""Word vectors, on torch tensors: a module for each exercise.

cbow.py               CBOW, the continuous bag of words, on torch tensors
lexicon.py            words in a lexicon, level by level
negative_sampling.py  negative sampling on torch tensors
word2vec.py           word2vec, the skip-gram, on torch tensors
"""
