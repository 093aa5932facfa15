"""Language models, their training loop and perplexity, and an encoder of sentences.

conditional_lm.py    the conditional language model
kneser_ney.py        Kneser-Ney smoothing, on sorted tables of n-grams
lm_training.py       the training loop of a language model
ngram.py             n-gram models, on sorted tables of n-grams
perplexity.py        perplexity
rnn_lm.py            the language model on a recurrent layer
sentence_encoder.py  a recurrent layer as an encoder of sentences
window_lm.py         the language model with a fixed window
"""
