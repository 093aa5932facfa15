"""Networks that only compose, written once over the parts and operators of any backend.

A backend brings layers, and offers these networks under the names of its exercises: a module that
is named after an exercise has the exercise's tasks. Nothing here names an array library. Of a
recurrent layer only the interface is used: ``initial_state(N)``, ``forward(x, state, mask)``,
``backward(grad_h)`` -> the gradients of x and of the first state, and the attribute ``state``.

backpropagation.py    the window scorer
bidirectional.py      a recurrent layer in both directions
blocks.py             building blocks of networks
conditional_lm.py     the conditional language model
connections.py        residual and dense connections around a layer
conv_seq2seq.py       translation
deep_text_cnn.py      the very deep network of characters
gated_lm.py           the language model on several gated layers
highway_char_cnn.py   word vectors from characters
model_comparison.py   families of text classifiers, compared on one task
pooled_classifier.py  what classifiers share that pool the states of a layer
rnn_lm.py             the language model on a recurrent layer
rnn_tagger.py         a tagger on recurrent layers
scored_words.py       what language models share that score all words
sentence_encoder.py   a recurrent layer as an encoder of sentences
stacked.py            stacked recurrent layers, and their dropout
text_cnn.py           Kim's network for sentences
window_classifier.py  the window classifier
window_lm.py          the language model with a fixed window
"""

from framework.providers.course_offers import exercise_modules

#: Exercise -> full name of the module with its tasks.
NETWORKS = exercise_modules(__name__)
