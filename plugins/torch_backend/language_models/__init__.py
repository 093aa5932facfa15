"""Language models and recurrent networks, on torch tensors: a module for each exercise.

conditional_lm.py    A conditional language model on a recurrent layer
kneser_ney.py        kneser-Ney smoothing on torch tensors
lm_training.py       the training loop of a language model
ngram.py             N-gram language models on torch tensors
rnn.py               the simple recurrent layer
rnn_lm.py            A language model on a recurrent layer
sampling.py          sampling and search of text with a language model on torch tensors
sentence_encoder.py  A recurrent layer as an encoder of sentences
window_lm.py         A language model with a fixed window
"""
