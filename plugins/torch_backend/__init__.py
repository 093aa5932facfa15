"""PyTorch on CPU or GPU: layers, losses, optimizers and functions of its own on torch's tensors.

A module that is named after an exercise offers the exercise's tasks; the networks that only compose
are those of `plugins.networks`. Only names are registered here: torch itself is imported when
something ``@torch`` is first used.

ada_delta.py       adaDelta on torch tensors, on all parameters at once
arrays.py          torch tensors as the arrays of a backend
skip_gram_step.py  a step of skip-gram with negative sampling
acceleration/      faster, smaller or reproducible training on tensors
convolution/       convolutional networks for text, on torch tensors
gated_rnns/        gated recurrent networks, on torch tensors
language_models/   language models and recurrent networks, on torch tensors
neural_networks/   neural networks, on torch tensors
shared/            base classes and kernels for several exercises on torch tensors
transformers/      transformers, on torch tensors
translation/       attention and translation, on torch tensors
word_vectors/      word vectors, on torch tensors
"""

from __future__ import annotations

from framework.course.catalogue import PUBLIC_COURSE, Catalogue
from framework.hookspecs import hookimpl
from framework.providers.course_offers import CourseOffers, backend_offers, exercise_modules
from framework.providers.registry import Implementation
from plugins.networks import NETWORKS

PROVIDER = "torch"

#: Implementations without an exercise, and those that training needs in every course.
_EXTRAS = (
    Implementation("arrays", "arrays", PROVIDER, f"{__name__}.arrays:TorchArrays"),
    Implementation(
        "accelerator",
        "accelerator",
        PROVIDER,
        f"{__name__}.acceleration.accelerator:TorchAccelerator",
    ),
    Implementation(
        "model",
        "transformer_layer",
        PROVIDER,
        "plugins.networks.shared.transformer_layer:TransformerLayer",
    ),
    Implementation(
        "model",
        "transformer_translator",
        PROVIDER,
        "plugins.networks.translation.transformer_translator:TransformerTranslator",
    ),
    Implementation("optimizer", "ada_delta", PROVIDER, f"{__name__}.ada_delta:AdaDelta"),
    Implementation(
        "function", "skip_gram_step", PROVIDER, f"{__name__}.skip_gram_step:skip_gram_step"
    ),
    Implementation(
        "loss",
        "softmax_cross_entropy",
        PROVIDER,
        f"{__name__}.neural_networks.losses:SoftmaxCrossEntropy",
    ),
    Implementation("optimizer", "sgd", PROVIDER, f"{__name__}.neural_networks.optimizers:SGD"),
    Implementation("optimizer", "adam", PROVIDER, f"{__name__}.neural_networks.optimizers:Adam"),
)


@hookimpl
def register_implementations(course: Catalogue) -> CourseOffers:
    """Return the implementations for the exercises of `course`, and the extra ones."""
    modules = NETWORKS | exercise_modules(__name__)
    return backend_offers(modules, PROVIDER, course, _EXTRAS, of=PUBLIC_COURSE)
