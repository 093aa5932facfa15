"""Experiments on claims of the lectures that depend on the machine, the size or the seed.

activations.py      seconds of activations
backpropagation.py  seconds of gradients
catalogue.py        the experiments by name
classification.py   training and test of one text classifier
copying.py          copying over a distance
depth.py            stacks of recurrent layers, with connections around them or without
dropout.py          dropout in Kim's network
experiment.py       what an experiment gets, what it measures
forget_gates.py     the forget gates of a QRNN over time
halving.py          three ways to halve the length between stages of a deep network
joined_vectors.py   A tagger that reads word vectors, vectors from characters, or both joined
layered.py          A network of named layers, one after the other, built from parts of a backend
learning_rates.py   learning rates with batch normalization and without it
quasi_recurrent.py  quasi-recurrent language models beside an LSTM, over words and over characters
trigrams.py         seconds of a trigram model of a million words
"""
