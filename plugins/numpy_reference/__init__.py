"""The NumPy reference: the solutions of the exercises, and what no exercise asks for."""

from __future__ import annotations

from collections.abc import Iterable

from framework.hookspecs import hookimpl
from framework.registry import Implementation, snake_case

PROVIDER = "numpy"

#: (kind, name in the module, module): imported only when it is used.
_OFFERED = (
    ("arrays", "NumpyArrays", "framework.interfaces"),
    ("loss", "SoftmaxCrossEntropy", "plugins.numpy_reference.losses"),
    ("model", "Sigmoid", "solutions.neural_networks.activations.activations"),
    ("model", "Tanh", "solutions.neural_networks.activations.activations"),
    ("model", "HardTanh", "solutions.neural_networks.activations.activations"),
    ("model", "SoftSign", "solutions.neural_networks.activations.activations"),
    ("model", "ReLU", "solutions.neural_networks.activations.activations"),
    ("model", "LeakyReLU", "solutions.neural_networks.activations.activations"),
    ("optimizer", "SGD", "solutions.neural_networks.optimizers.optimizers"),
    ("optimizer", "Momentum", "solutions.neural_networks.optimizers.optimizers"),
    ("optimizer", "AdaGrad", "solutions.neural_networks.optimizers.optimizers"),
    ("optimizer", "RMSProp", "solutions.neural_networks.optimizers.optimizers"),
    ("optimizer", "Adam", "solutions.neural_networks.optimizers.optimizers"),
    ("function", "context_pairs", "solutions.word_vectors.word2vec.word2vec"),
    ("function", "softmax", "solutions.word_vectors.word2vec.word2vec"),
    ("function", "naive_softmax", "solutions.word_vectors.word2vec.word2vec"),
    ("model", "SkipGram", "solutions.word_vectors.word2vec.word2vec"),
    ("model", "RNN", "solutions.language_models.rnn.rnn"),
    ("language_model", "RecurrentLM", "solutions.language_models.rnn_lm.rnn_lm"),
    ("model", "DeepAveragingNetwork", "solutions.convolution.bag_of_vectors.bag_of_vectors"),
)


@hookimpl
def register_implementations() -> Iterable[Implementation]:
    """Every implementation in NumPy."""
    return [
        Implementation(kind, _registry_name(kind, name), PROVIDER, f"{module}:{name}")
        for kind, name, module in _OFFERED
    ]


def _registry_name(kind: str, name: str) -> str:
    """Every backend calls its arrays ``arrays``; all else is called after its class."""
    return "arrays" if kind == "arrays" else snake_case(name)
