"""JAX on a CPU or an accelerator: layers of its own, in the networks that every backend shares.

A layer writes a pure `compute`, and `JaxArrays.pullback` differentiates it. JAX itself is imported
when something ``@jax`` is first used.

arrays.py           JAX arrays as the arrays of a backend
convolution.py      layers of convolutional networks, on JAX arrays
functions.py        functions of word vectors, gradients and scores, on JAX arrays
layers.py           layers, activations, losses and optimizers, on JAX arrays
recurrent.py        recurrent layers, on JAX arrays
"""

from __future__ import annotations

from framework.course.catalogue import PUBLIC_COURSE, Catalogue
from framework.hookspecs import hookimpl
from framework.providers.course_offers import CourseOffers, backend_offers
from framework.providers.registry import Implementation
from plugins.networks import NETWORKS

#: The exercises whose tasks a module offers.
_MODULES = {
    "plugins.jax_backend.layers": "losses dropout shortcuts",
    "plugins.jax_backend.functions": "one_hot analogies perplexity gradient_clipping",
    "plugins.jax_backend.recurrent": "rnn lstm gru",
    "plugins.jax_backend.convolution": "conv1d pooling batch_norm",
}
#: Exercises whose networks its layers suffice for.
_NETWORKS = (
    "backpropagation window_classifier deep_text_cnn rnn_lm bidirectional rnn_tagger stacked "
    "gated_lm sentence_encoder text_cnn highway_char_cnn window_lm conditional_lm"
)
#: Exercise -> the module with its tasks.
EXERCISES = {
    **{exercise: module for module, names in _MODULES.items() for exercise in names.split()},
    **{exercise: NETWORKS[exercise] for exercise in _NETWORKS.split()},
}

#: What no exercise above offers.
_EXTRAS = [
    Implementation(kind, name, "jax", target)
    for kind, name, target in (
        ("arrays", "arrays", f"{__name__}.arrays:JaxArrays"),
        ("model", "affine", f"{__name__}.layers:Affine"),
        ("model", "sigmoid", f"{__name__}.layers:Sigmoid"),
        ("model", "tanh", f"{__name__}.layers:Tanh"),
        ("model", "relu", f"{__name__}.layers:ReLU"),
        ("optimizer", "sgd", f"{__name__}.layers:SGD"),
        ("optimizer", "adam", f"{__name__}.layers:Adam"),
    )
]


@hookimpl
def register_implementations(course: Catalogue) -> CourseOffers:
    """Return the implementations for the exercises of `course`, and the extra ones."""
    return backend_offers(EXERCISES, "jax", course, _EXTRAS, of=PUBLIC_COURSE)
