"""PyTorch on CPU or GPU: every model, loss, optimizer and function again, on torch's tensors.

Only names are registered here: torch itself is imported when something ``@torch`` is first used.
"""

from __future__ import annotations

from framework.hookspecs import hookimpl
from framework.registry import Implementation, snake_case

#: module -> kind -> what it offers.
_OFFERS: dict[str, dict[str, tuple[str, ...]]] = {
    "activations": {"model": ("Sigmoid", "Tanh", "HardTanh", "SoftSign", "ReLU", "LeakyReLU")},
    "optimizers": {"optimizer": ("SGD", "Momentum", "AdaGrad", "RMSProp", "Adam")},
    "word2vec": {
        "function": ("context_pairs", "softmax", "naive_softmax"),
        "model": ("SkipGram",),
    },
    "rnn": {"model": ("RNN",)},
    "rnn_lm": {"language_model": ("RecurrentLM",)},
    "lstm": {"model": ("LSTM",)},
    "gru": {"model": ("GRU",)},
    "bag_of_vectors": {"model": ("DeepAveragingNetwork",)},
    "losses": {"loss": ("SoftmaxCrossEntropy",)},
}


@hookimpl
def register_implementations() -> list[Implementation]:
    """Everything this backend offers, and its arrays as ``arrays@torch``."""
    arrays = Implementation("arrays", "arrays", "torch", f"{__name__}.arrays:TorchArrays")
    return [arrays] + [
        Implementation(kind, snake_case(name), "torch", f"{__name__}.{module}:{name}")
        for module, kinds in _OFFERS.items()
        for kind, names in kinds.items()
        for name in names
    ]
