"""Recurrent layers that consist of others, networks on them, and gradients over time.

bidirectional.py        a recurrent layer in both directions
gated_lm.py             the language model on several gated layers
gradient_clipping.py    clipping of gradients by their global norm
rnn_tagger.py           a tagger on recurrent layers
stacked.py              stacked recurrent layers, and their dropout
vanishing_gradients.py  gradients of recurrent layers over time
"""
