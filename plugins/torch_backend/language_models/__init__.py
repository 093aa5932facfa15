"""Language models and recurrent networks, on torch tensors: a module for each exercise.

kneser_ney.py        kneser-Ney smoothing on torch tensors
ngram.py             N-gram language models on torch tensors
rnn.py               the simple recurrent layer
sampling.py          sampling and search of text with a language model on torch tensors
"""
