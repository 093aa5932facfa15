"""Networks and functions that only compose, written once over the parts and operators of any backend.

A backend brings layers, and offers these networks under the names of its exercises. Nothing here
names an array library.

gradients.py        clipping of gradients, and their norms over time
initialization.py   initial weights, and a descent of deep networks
learning_rates.py   learning rates that change, and a descent
penalties.py        penalties on large weights
perplexity.py       perplexity
preprocessing.py    preprocessing of inputs
word_vectors.py     one-hot vectors, cosines and analogies
"""

_MODULES = {
    "gradients": ("gradient_clipping", "vanishing_gradients"),
    "initialization": ("initialization",),
    "learning_rates": ("learning_rates",),
    "penalties": ("regularization",),
    "perplexity": ("perplexity",),
    "preprocessing": ("preprocessing",),
    "word_vectors": ("one_hot", "analogies"),
}

#: Exercise of the public course -> full name of the module with its tasks.
NETWORKS = {
    exercise: f"{__name__}.{module}"
    for module, exercises in _MODULES.items()
    for exercise in exercises
}
