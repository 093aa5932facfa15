"""The parts of the NumPy reference other than the course's solutions.

These are implementations without an exercise, those that training needs in every course, and faster
forms of solutions for courses whose ``[overrides]`` choose them.

ada_delta.py       the optimizer AdaDelta
schedules.py       learning rates over time that no exercise asks for
skip_gram_step.py  a training step of the skip-gram on blocks of a text
text_cnn.py        Kim's network, faster: one matrix product for all widths
"""

from __future__ import annotations

from pathlib import Path

from framework.course.catalogue import Catalogue
from framework.course.folder import course_file, public_course_folder
from framework.course.solutions import is_kit
from framework.hookspecs import hookimpl
from framework.providers.backends import REFERENCE
from framework.providers.registry import Implementation

#: Implementations without an exercise.
_EXTRAS = (
    Implementation("arrays", "arrays", REFERENCE, "framework.interfaces:NumpyArrays"),
    Implementation("optimizer", "ada_delta", REFERENCE, f"{__name__}.ada_delta:AdaDelta"),
    Implementation(
        "function", "skip_gram_step", REFERENCE, f"{__name__}.skip_gram_step:skip_gram_step"
    ),
    Implementation(
        "model",
        "transformer_layer",
        REFERENCE,
        "plugins.networks.shared.transformer_layer:TransformerLayer",
    ),
    Implementation(
        "model",
        "transformer_translator",
        REFERENCE,
        "plugins.networks.translation.transformer_translator:TransformerTranslator",
    ),
    Implementation("schedule", "constant", REFERENCE, f"{__name__}.schedules:Constant"),
    Implementation("schedule", "linear_decay", REFERENCE, f"{__name__}.schedules:LinearDecay"),
    Implementation("schedule", "plateau", REFERENCE, f"{__name__}.schedules:Plateau"),
)

#: Implementations that training needs; a course with exercises on them offers its solutions.
_TRAINING = tuple(
    Implementation(kind, name, REFERENCE, f"framework.training.loss_and_optimizers:{target}")
    for kind, name, target in (
        ("loss", "softmax_cross_entropy", "SoftmaxCrossEntropy"),
        ("optimizer", "sgd", "SGD"),
        ("optimizer", "adam", "Adam"),
    )
)

_COUNTS = "plugins.networks.language_models"

#: Faster forms of solutions.
_FASTER = tuple(
    Implementation(kind, name, REFERENCE, target)
    for kind, name, target in (
        ("model", "text_cnn", f"{__name__}.text_cnn:TextCNN"),
        # These count on the host, and are those of the other backends.
        ("language_model", "ngram_lm", f"{_COUNTS}.ngram:NgramLM"),
        ("language_model", "add_delta", f"{_COUNTS}.ngram:AddDelta"),
        ("language_model", "backoff", f"{_COUNTS}.ngram:Backoff"),
        ("language_model", "kneser_ney", f"{_COUNTS}.kneser_ney:KneserNey"),
        ("function", "learn_merges", "plugins.networks.translation.subwords:learn_merges"),
    )
)


@hookimpl
def register_implementations(course: Catalogue) -> list[Implementation]:
    """Return the implementations without a solution in `course`, and its faster forms.

    A student kit, in which students train their own models, has no faster forms.
    """
    chosen = [] if is_kit(course.root) else [e for e in _FASTER if e.key in course.overrides]
    return [*_EXTRAS, *_TRAINING, *chosen]


@hookimpl
def register_courses() -> list[Path]:
    """Return the folder of the public course, which is installed with gradus."""
    root = public_course_folder()
    return [root] if course_file(root).is_file() else []
