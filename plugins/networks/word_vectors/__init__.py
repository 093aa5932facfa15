"""One-hot vectors, cosines and analogies of word vectors."""
