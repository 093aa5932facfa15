"""The models that `gradus bench` measures: their sizes and goals. No torch is imported here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from framework.errors import UnknownNameError

_HERE = "plugins.bench"

#: Lower bound of the ratio of speeds on a CPU, for every model.
CPU_GOAL = 0.97


@dataclass(frozen=True)
class Case:
    """A model and its sizes.

    Attributes:
        name: name on the command line.
        about: the model, its sizes and its optimizer, in words.
        target: ``module:class`` of the `plugins.bench.pair.Pair`.
        sizes: keyword arguments of that class.
        tiny: sizes for a test, instead of some of `sizes`.
        gpu_goal: lower bound of the ratio of speeds on a GPU; None: there is none.
        cpu_goal: the same on a CPU.
        on_cpu: sizes on a CPU, instead of some of `sizes`.
        group: another name on the command line, which several models share.
        is_default: whether it is measured if no model is named.
    """

    name: str
    about: str
    target: str
    sizes: Mapping[str, Any] = field(hash=False)
    tiny: Mapping[str, Any] = field(hash=False)
    gpu_goal: float | None = None
    cpu_goal: float | None = CPU_GOAL
    on_cpu: Mapping[str, Any] = field(default_factory=dict, hash=False)
    group: str = ""
    is_default: bool = True

    def goal(self, device: str) -> float | None:
        """Return the least ratio of speeds that is wanted on `device`."""
        return self.cpu_goal if device == "cpu" else self.gpu_goal

    def sizes_on(self, device: str, *, is_tiny: bool = False) -> dict[str, Any]:
        """Return the sizes on `device`."""
        return {
            **self.sizes,
            **(self.on_cpu if device == "cpu" else {}),
            **(self.tiny if is_tiny else {}),
        }


_TINY_TEXT = MappingProxyType(
    {"vocabulary": 13, "embedding": 5, "hidden": 5, "batch": 3, "length": 4}
)


def _zaremba(size: str, hidden: int, length: int, clip: float, gpu_goal: float) -> Case:
    sizes = {
        "vocabulary": 10_001, "embedding": hidden, "hidden": hidden, "layers": 2, "batch": 20,
        "length": length, "clip": clip,
    }  # fmt: skip
    about = f"LSTM language model of Zaremba et al. (2014), 2 layers of {hidden}, SGD"
    target = f"{_HERE}.language_models:StackedLSTM"
    return Case(f"zaremba_{size}", about, target, sizes, _TINY_TEXT, gpu_goal)


def _course(name: str, pair: str, about: str) -> Case:
    sizes = {"vocabulary": 50, "embedding": 32, "hidden": 64, "batch": 16, "length": 20}
    return Case(name, about, f"{_HERE}.language_models:{pair}", sizes, _TINY_TEXT)


def _qrnn(hidden: int, batch: int, length: int) -> Case:
    sizes = {"hidden": hidden, "batch": batch, "length": length}
    return Case(
        f"qrnn_{hidden}_{batch}_{length}",
        f"QRNN (fo, width 2) against nn.LSTM, H = {hidden}, batch {batch}, length {length}, SGD",
        f"{_HERE}.layers:QRNNAgainstLSTM",
        sizes,
        {"hidden": 4, "batch": 3, "length": 5},
        gpu_goal=5.0 if (hidden, batch, length) == (256, 8, 512) else None,
        group="qrnn",
        is_default=batch * length <= 8192,
    )


CASES = (
    _zaremba("small", 200, 20, 5.0, 1.3),
    _zaremba("medium", 650, 35, 5.0, 1.1),
    _zaremba("large", 1500, 35, 10.0, 1.0),
    _course("rnn", "CourseRNN", "recurrent_lm with rnn as in the course, E = 32, H = 64, Adam"),
    _course("lstm", "CourseLSTM", "recurrent_lm with lstm as in the course, E = 32, H = 64, Adam"),
    _course(
        "gru", "CourseGRU", "recurrent_lm with gru (reset_after) as in the course, H = 64, Adam"
    ),
    _course(
        "gru_default", "DefaultGRU", "recurrent_lm with gru (r before the matrix), H = 64, Adam"
    ),
    Case(
        "window_lm",
        "fixed window of 4 words (Bengio et al. 2003), V = 10,000, E = 100, H = 200, SGD",
        f"{_HERE}.language_models:FixedWindow",
        {"vocabulary": 10_000, "embedding": 100, "hidden": 200, "batch": 20, "length": 20},
        _TINY_TEXT,
    ),
    Case(
        "transformer_lm",
        "transformer language model with nanoGPT's sizes for a CPU: 4 blocks of 4 heads, D = 128, "
        "context 64, characters, Adam",
        f"{_HERE}.transformers:TransformerText",
        {"vocabulary": 67, "embedding": 128, "heads": 4, "layers": 4, "batch": 12, "length": 64},
        {"vocabulary": 13, "embedding": 6, "heads": 2, "layers": 2, "batch": 3, "length": 4},
    ),
    Case(
        "text_cnn",
        "CNN-rand of Kim (2014), 300 numbers a word, 3 x 100 filters, AdaDelta",
        f"{_HERE}.classifiers:SentenceCNN",
        {"vocabulary": 9_000, "embedding": 300, "maps": 100, "classes": 6, "batch": 50,
         "length": 20},
        {"vocabulary": 13, "embedding": 5, "maps": 3, "batch": 4, "length": 6},
    ),
    Case(
        "vdcnn_29",
        "VD-CNN of 29 layers (Conneau et al. 2017), 8 maps, 256 characters, SGD",
        f"{_HERE}.classifiers:VeryDeepCNN",
        {"vocabulary": 70, "maps": 8, "hidden": 128, "classes": 4, "batch": 64, "length": 256},
        {"vocabulary": 13, "maps": 2, "hidden": 4, "batch": 3, "length": 64},
    ),
    Case(
        "attentive_translator",
        "translator with attention (LSTM, bilinear scores), V = 8,000, E = 256, H = 256, Adam",
        f"{_HERE}.translators:Translators",
        {"vocabulary": 8_000, "embedding": 256, "hidden": 256, "batch": 64, "length": 16},
        _TINY_TEXT,
    ),
    Case(
        "qrnn_pooling",
        "pooling of a QRNN beside a copy of as many bytes; GB/s of the bytes that it must move",
        f"{_HERE}.bandwidth:Pooling",
        {"hidden": 640, "batch": 256, "length": 512},
        {"hidden": 4, "batch": 3, "length": 5},
        gpu_goal=0.7,
        cpu_goal=None,
        on_cpu={"batch": 16, "length": 128},
    ),
    Case(
        "skip_gram",
        "skip-gram with 100 numbers on WikiText-2 beside gensim with one worker, whole trainings",
        f"{_HERE}.skip_gram:SkipGram",
        {"words": 1_500_000, "epochs": 5},
        {"words": 3_000, "epochs": 1},
        gpu_goal=20.0,
        is_default=False,
    ),
    *(_qrnn(H, N, T) for H in (256, 640) for N in (8, 32, 256) for T in (32, 512)),
)  # fmt: skip


def chosen_cases(names: Iterable[str] = ()) -> list[Case]:
    """Return the cases with one of `names` or in a group of that name; without names, the defaults.

    Raises:
        UnknownNameError: no case and no group has one of `names`.
    """
    wanted = list(names)
    known = {name for case in CASES for name in (case.name, case.group) if name}
    for name in wanted:
        if name not in known:
            raise UnknownNameError("model to measure", name, known, "gradus bench --help")
    return [
        case
        for case in CASES
        if (case.name in wanted or case.group in wanted if wanted else case.is_default)
    ]
