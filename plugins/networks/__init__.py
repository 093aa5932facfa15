"""Networks and functions that only compose, over the parts and operators of any backend.

A backend brings layers, and offers what is here under the names of its exercises: a module that is
named after an exercise has the exercise's tasks. Nothing here names an array library. Of a
recurrent layer only the interface is used: ``initial_state(N)``, ``forward(x, state, mask)``,
``backward(grad_h)`` -> the gradients of x and of the first state, and the attribute ``state``.

convolution/      convolutional networks for text, families of classifiers, and translation
gated_rnns/       recurrent layers that consist of others, networks on them, gradients over time
language_models/  language models, their training loop and perplexity
neural_networks/  losses, optimizers and what else training needs; networks on windows of words
shared/           building blocks of networks
transformers/     positions of words; how transformers are trained; a language model of them
translation/      translation with attention and transformers, its scores, subwords
word_vectors/     one-hot vectors, cosines, analogies, and vectors from counts
"""

from framework.providers.course_offers import exercise_modules

#: Exercise -> full name of the module with its tasks.
NETWORKS = exercise_modules(__name__)
