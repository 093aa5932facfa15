"""What belongs to the NumPy reference beside the course's solutions.

That is what no exercise asks for, what training needs in any course, and faster forms of solutions:
these are used where the course's ``[overrides]`` name this plugin.
"""

from __future__ import annotations

from framework.hookspecs import hookimpl
from framework.providers.backends import REFERENCE
from framework.providers.registry import Implementation

#: What no exercise asks for.
_EXTRAS = (
    Implementation("arrays", "arrays", REFERENCE, "framework.interfaces:NumpyArrays"),
    Implementation("optimizer", "ada_delta", REFERENCE, f"{__name__}.ada_delta:AdaDelta"),
    Implementation(
        "function", "skip_gram_step", REFERENCE, f"{__name__}.skip_gram_step:skip_gram_step"
    ),
    Implementation("schedule", "constant", REFERENCE, f"{__name__}.schedules:Constant"),
    Implementation("schedule", "linear_decay", REFERENCE, f"{__name__}.schedules:LinearDecay"),
    Implementation("schedule", "plateau", REFERENCE, f"{__name__}.schedules:Plateau"),
)

#: What training asks for by name; a course that has exercises on them offers its solutions.
_TRAINING = tuple(
    Implementation(kind, name, REFERENCE, f"{__name__}.training_parts:{target}")
    for kind, name, target in (
        ("loss", "softmax_cross_entropy", "SoftmaxCrossEntropy"),
        ("optimizer", "sgd", "SGD"),
        ("optimizer", "adam", "Adam"),
    )
)

#: Faster forms of solutions.
_FASTER = (Implementation("model", "text_cnn", REFERENCE, f"{__name__}.text_cnn:TextCNN"),)


@hookimpl
def register_implementations() -> tuple[Implementation, ...]:
    """Everything in NumPy that no solution holds."""
    return _EXTRAS + _TRAINING + _FASTER
