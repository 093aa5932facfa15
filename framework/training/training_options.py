"""The options of training, each with its name, type, default, range and help text.

The command line (`framework.commands.option_command`), recipes, the settings in a checkpoint and
``--help`` are made from these dataclasses. A plugin's kind of run extends `TrainingOptions`.
Nothing here needs NumPy or typer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from framework.errors import UsageError
from framework.training.option_fields import (
    DATA,
    FILES,
    MODEL,
    RARE,
    checked_values,
    option,
    option_fields,
)


def corpus_help(file: str = "") -> str:
    """Return the help text of ``--corpus``, which may also name a file with the content `file`."""
    name = "Corpus: a name in `gradus corpora`, with --data if it has files"
    return f"{name}; or a file with {file}." if file else f"{name}."


@dataclass(frozen=True, kw_only=True)
class LearningOptions:
    """The options of training for every kind of model.

    Attributes:
        offered: the names of the options that have an effect; None: all. The others keep their
            defaults.

    Raises:
        UsageError: a value has another type than its option, is outside of its range, or
            contradicts another option.
    """

    offered: ClassVar[tuple[str, ...] | None] = None

    corpus: str = option(
        "agreement", corpus_help(file="a sentence per line"), settles=False, group=DATA
    )
    epochs: int = option(3, "Number of epochs.", minimum=1)
    batch_size: int = option(
        32,
        "Batch size: number of examples in a step.",
        minimum=1,
    )
    optimizer: str = option(
        "adam", "Optimizer: NAME or NAME@PROVIDER, with arguments as in momentum:mu=0.8."
    )
    loss: str = option(
        "softmax_cross_entropy",
        "Loss of the model's outputs: NAME or NAME@PROVIDER, with arguments as in "
        "max_margin_loss:margin=0.5. A loss that does not fit the model is refused.",
    )
    penalty: str | None = option(
        None,
        "Penalty on large weights, added to the loss: l2_penalty:strength=1e-4 (1e-4 times the sum "
        "of all squared weights), l1_penalty. Biases have none. Its gradient counts for `--clip`.",
        group=RARE,
    )
    learning_rate: float = option(0.003, "Initial learning rate.", minimum=0.0)
    schedule: str | None = option(
        None,
        "Learning rate schedule: step_decay:factor=0.5,every=1 by epoch, "
        "plateau:factor=0.5,by=1.0 if the held-out score does not improve, linear_decay or "
        "warmup_cosine:warmup=0.1 by step, or constant. Default: constant.",
    )
    hold: int = option(
        1, "Epochs at the initial learning rate before the schedule starts.", minimum=1, group=RARE
    )
    clip: float | None = option(
        None,
        "Maximum global norm of the gradients (clipping). With `--provider student` your own "
        "`clip_by_norm` is used, if it is written. Default: no clipping.",
        minimum=1e-12,
    )
    summed: bool = option(
        False,
        "Minimise the loss summed over the steps of a text, the examples of a batch, or the pairs "
        "of words, not averaged over them.",
        group=RARE,
    )
    weight_decay: float = option(
        0.0,
        "Before each step, multiply every parameter, biases too, by 1 − learning rate × this, as "
        "AdamW does. Unlike `--penalty`, it is no part of the loss or of the gradient.",
        minimum=0.0,
        maximum=1e6,
        group=RARE,
    )
    precision: Literal["float64", "float32", "bfloat16"] = option(
        "float64",
        "Floating-point type; float32 is faster but less exact. bfloat16 computes in 16 bits, and "
        "keeps weights, optimizer state and checkpoint in float32.",
        names=("--precision", "--dtype"),
    )
    deterministic: bool = option(
        False,
        "Use only operations that give the same bytes in every run on one device; slower on a GPU.",
        settles=False,
        group=RARE,
    )
    compile: bool = option(
        False,
        "Compile the layers that take many small operations, such as gru; the first steps take "
        "longer. Needs a C++ compiler.",
        settles=False,
        group=RARE,
    )
    graphs: bool = option(
        True,
        "On a GPU, record the steps of equal shapes as CUDA graphs and replay them.",
        settles=False,
        group=RARE,
    )
    initial_range: float | None = option(
        None,
        "Draw all initial parameters, biases too, uniformly from −r to r. Default: the "
        "initialization of each layer.",
        minimum=0.0,
        maximum=1e6,
        group=RARE,
    )
    initializer: str | None = option(
        None,
        "Draw the initial weights, but no biases, by a function of their fan-in and fan-out: "
        "xavier_uniform, fan_in_scaled. Default: the initialization of each layer.",
        group=RARE,
    )
    transform: str | None = option(
        None,
        "Preprocessing of inputs that are real numbers: mean_subtraction, normalization, "
        "whitening:epsilon=1e-6. Its statistics are those of the training data.",
        group=RARE,
    )
    keep: Literal["last", "best"] = option(
        "last",
        "Model to save: that of the last epoch, or of the best one on held-out data.",
        group=FILES,
    )
    seed: int = option(0, "Random seed; equal seeds give equal runs.", minimum=0)
    seeds: int = option(
        1,
        "Number of runs with consecutive seeds from --seed; shows mean and spread of scores.",
        minimum=1,
        settles=False,
    )

    def __post_init__(self) -> None:
        for name, value in checked_values(type(self), vars(self)).items():
            object.__setattr__(self, name, value)
        self.check_together()

    def check_together(self) -> None:
        """Raise an error for options that contradict each other or have no effect together.

        Raises:
            UsageError: two options contradict each other.
        """
        if self.hold != 1 and self.schedule is None:
            raise UsageError("`--hold` delays a schedule, but there is none: add `--schedule NAME`")
        if self.initial_range is not None and self.initializer is not None:
            raise UsageError(
                "`--initial-range` and `--initializer` both draw the initial weights: leave one out"
            )

    @property
    def weight_type(self) -> str:
        """The floating-point type of weights, optimizer state and checkpoint."""
        return "float32" if self.precision == "bfloat16" else self.precision

    def each_seed(self) -> Iterator[Self]:
        """Return these options once for each seed."""
        return (replace(self, seed=self.seed + i) for i in range(self.seeds))

    def settings(self) -> dict[str, Any]:
        """Return the options that determine the result of a run, as JSON values."""
        return {
            field.name: _plain(getattr(self, field.name))
            for field in option_fields(type(self))
            if field.option.settles
        }


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(LearningOptions):
    """The options of training one model, and the file for its checkpoint."""

    arguments: tuple[str, ...] = option(
        (),
        "Argument of the model, as in hidden_sizes=[64,32] or activation=relu. Repeatable.",
        names=("--set",),
        metavar="NAME=VALUE",
        settles=False,
        keyed=True,
        group=MODEL,
    )
    out: Path | None = option(
        None,
        "File of the checkpoint. Default: checkpoints/NAME.safetensors.",
        settles=False,
        group=FILES,
    )
    resume: bool = option(
        False,
        "Continue an interrupted run with the same options; the result equals that of an "
        "uninterrupted run.",
        names=("--resume",),
        settles=False,
        group=FILES,
    )


@dataclass(frozen=True, kw_only=True)
class WordOptions:
    """The options of a vocabulary: a part of other options."""

    minimum_count: int = option(
        2,
        "Minimum count of a word: rarer ones become <unk>; word vectors leave them out.",
        minimum=1,
        names=("--minimum-count", "--min-count"),
        settles=False,
        group=DATA,
    )


@dataclass(frozen=True, kw_only=True)
class FolderOptions:
    """The option for the folder of a corpus: a part of other options."""

    data: Path | None = option(
        None,
        "Folder of a corpus with files.",
        names=("--data",),
        metavar="DIR",
        settles=False,
        group=DATA,
    )


@dataclass(frozen=True, kw_only=True)
class LabelledTextOptions(WordOptions, FolderOptions):
    """The options for a corpus of labelled texts, as a base of other options."""

    corpus: str = option(
        "sentiment", corpus_help(file="a label and words on each line"), settles=False, group=DATA
    )


def _plain(value: Any) -> Any:
    """Return `value` as a JSON value."""
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def check_settings(options: type[LearningOptions], settings: Mapping[str, Any]) -> None:
    """Check saved `settings` by the ranges of `options`.

    Raises:
        UsageError: one of them is outside of its range, or of another type.
    """
    settling = {field.name for field in option_fields(options) if field.option.settles}
    checked_values(options, {name: settings[name] for name in settling & settings.keys()})
