"""The experiments by name, and the statement that each is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from framework.errors import UnknownNameError
from plugins.lectures.experiments.experiment import Findings, Setting


@dataclass(frozen=True)
class Experiment:
    """One experiment: its module, and what is measured.

    Attributes:
        module: has the function ``run(setting) -> Findings``.
        about: the statement and its section.
    """

    module: str
    about: str

    def run(self, setting: Setting) -> Findings:
        """Measure everything."""
        run: Callable[[Setting], Findings] = import_module(self.module).run
        return run(setting)


_HERE = "plugins.lectures.experiments"

#: By name, in the order of the lectures.
EXPERIMENTS = {
    "backpropagation": Experiment(
        f"{_HERE}.backpropagation",
        "gradients in vectors or element by element; errors used again or not (notes, 1.6)",
    ),
    "activations": Experiment(
        f"{_HERE}.activations", "hard tanh is cheaper than tanh (notes, 2.4)"
    ),
    "trigrams": Experiment(
        f"{_HERE}.trigrams", "a trigram model of a million words in seconds (lecture 6, 1.10)"
    ),
    "copying": Experiment(
        f"{_HERE}.copying",
        "near effects win over far ones: tickets ... tickets (lecture 7, 1.4 to 1.6)",
    ),
    "depth": Experiment(
        f"{_HERE}.depth",
        "two to four recurrent layers are best, eight need connections (lecture 7, 4.12)",
    ),
    "dropout": Experiment(
        f"{_HERE}.dropout", "dropout is worth 2 to 4 % of accuracy (lecture 11, 3.1 and 3.3)"
    ),
    "learning_rates": Experiment(
        f"{_HERE}.learning_rates",
        "with batch normalization more learning rates learn (lecture 11, 3.6)",
    ),
    "joined_vectors": Experiment(
        f"{_HERE}.joined_vectors",
        "vectors of words joined with those of their characters (lecture 11, 3.9)",
    ),
    "halving": Experiment(
        f"{_HERE}.halving",
        "maximum, k-max or stride to halve the length of deep networks (lecture 11, 4.4)",
    ),
    "quasi_recurrent": Experiment(
        f"{_HERE}.quasi_recurrent",
        "QRNNs as language models beside an LSTM (lecture 11, 5.2 and 5.4)",
    ),
    "forget_gates": Experiment(
        f"{_HERE}.forget_gates", "the gates of a QRNN over time show its words (lecture 11, 5.3)"
    ),
}


def chosen_experiment(name: str) -> Experiment:
    """Return the experiment `name`.

    Raises:
        UnknownNameError: there is none.
    """
    if name not in EXPERIMENTS:
        raise UnknownNameError("experiment", name, EXPERIMENTS)
    return EXPERIMENTS[name]
