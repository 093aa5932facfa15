"""Language models and recurrent networks, on torch tensors: a module for each exercise.

rnn.py       the simple recurrent layer
sampling.py  sampling and search of text with a language model on torch tensors
"""
