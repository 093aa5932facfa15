"""JAX on a CPU or an accelerator: layers of its own, in the networks that every backend shares.

A layer writes a pure `compute`, and `JaxArrays.pullback` differentiates it. JAX itself is imported
when something ``@jax`` is first used.

arrays.py           JAX arrays as the arrays of a backend
convolution.py      layers of convolutional networks, on JAX arrays
layers.py           layers and activation functions, on JAX arrays
recurrent.py        recurrent layers, on JAX arrays
"""

from __future__ import annotations

from framework.course.catalogue import PUBLIC_COURSE, Catalogue
from framework.hookspecs import hookimpl
from framework.providers.course_offers import CourseOffers, backend_offers
from framework.providers.registry import Implementation
from plugins.networks import NETWORKS

#: Module -> the exercises whose tasks it offers.
_MODULES = {
    "layers": "shortcuts",
    "recurrent": "rnn lstm gru",
    "convolution": "conv1d pooling batch_norm",
}
#: Networks on layers that are missing here, or whose `compute` reads more than its arguments.
_WITHOUT = ["attentive_translator", "conv_seq2seq", "fine_tuning", "induction", "lm_training"]
_WITHOUT += ["masked_lm", "model_comparison", "positions", "transformer_lm"]
#: Exercise -> the module with its tasks.
EXERCISES = {name: module for name, module in NETWORKS.items() if name not in _WITHOUT} | {
    name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names.split()
}
#: What no exercise above offers.
_EXTRAS = [
    Implementation("arrays", "arrays", "jax", f"{__name__}.arrays:JaxArrays"),
    *(
        Implementation("model", name.lower(), "jax", f"{__name__}.layers:{name}")
        for name in ("Affine", "Sigmoid", "Tanh", "ReLU")
    ),
]


@hookimpl
def register_implementations(course: Catalogue) -> CourseOffers:
    """Return the implementations for the exercises of `course`, and the extra ones."""
    return backend_offers(EXERCISES, "jax", course, _EXTRAS, of=PUBLIC_COURSE)
