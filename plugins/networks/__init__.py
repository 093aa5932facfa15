"""Networks and functions that only compose, written once over parts and operators of any backend.

A backend brings layers, and offers what is here under the names of its exercises: a module that is
named after an exercise has the exercise's tasks. Nothing here names an array library. Of a
recurrent layer only the interface is used: ``initial_state(N)``, ``forward(x, state, mask)``,
``backward(grad_h)`` -> the gradients of x and of the first state, and the attribute ``state``.

analogies.py            analogies of word vectors
backpropagation.py      the window scorer
bidirectional.py        a recurrent layer in both directions
blocks.py               building blocks of networks
conditional_lm.py       the conditional language model
connections.py          residual and dense connections around a layer
conv_seq2seq.py         translation
deep_text_cnn.py        the very deep network of characters
dropout.py              dropout, and averages over its masks
gated_lm.py             the language model on several gated layers
gradient_clipping.py    clipping of gradients by their global norm
highway_char_cnn.py     word vectors from characters
initialization.py       initial weights, and a descent of deep networks
learning_rates.py       learning rates that change, and a descent
losses.py               losses, differentiated by hand
model_comparison.py     families of text classifiers, compared on one task
one_hot.py              one-hot vectors and cosines
optimizers.py           optimizers for arrays of any kind
perplexity.py           perplexity
pooled_classifier.py    what classifiers share that pool the states of a layer
preprocessing.py        preprocessing of inputs
regularization.py       penalties on large weights
rnn_lm.py               the language model on a recurrent layer
rnn_tagger.py           a tagger on recurrent layers
scored_words.py         what language models share that score all words
sentence_encoder.py     a recurrent layer as an encoder of sentences
stacked.py              stacked recurrent layers, and their dropout
text_cnn.py             Kim's network for sentences
vanishing_gradients.py  gradients of recurrent layers over time
window_classifier.py    the window classifier
window_lm.py            the language model with a fixed window
"""

from framework.providers.course_offers import exercise_modules

#: Exercise -> full name of the module with its tasks.
NETWORKS = exercise_modules(__name__)
