"""Language models, their training loop and perplexity, and an encoder of sentences.

conditional_lm.py    the conditional language model
lm_training.py       the training loop of a language model
perplexity.py        perplexity
rnn_lm.py            the language model on a recurrent layer
sentence_encoder.py  a recurrent layer as an encoder of sentences
window_lm.py         the language model with a fixed window
"""
