"""One-hot vectors, cosines and analogies of word vectors; word vectors from counts."""
