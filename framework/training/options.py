"""The options of training, each with its name, type, default, range and help: nowhere else.

The command line (`framework.commands.option_command`), recipes, the settings in a checkpoint and
``--help`` are made from these dataclasses. A plugin's kind of run extends `TrainingOptions`.
Nothing here needs NumPy or typer. The module is long since it is the one place of all options.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self

from framework.data.built_in_corpora import corpus_help
from framework.data.corpus_entry import (
    LABELLED_TEXTS,
    SENTENCE_PAIRS,
    SENTENCES,
    TAGGED_SENTENCES,
    TEXT,
)
from framework.errors import UsageError
from framework.training.option_fields import (
    checked_values,
    option,
    option_fields,
    with_default,
)


@dataclass(frozen=True, kw_only=True)
class LearningOptions:
    """How any model is trained, whatever it learns.

    Raises:
        UsageError: a value has another type than its option, is outside of its range, or
            contradicts another option.
    """

    corpus: str = option("agreement", corpus_help(TEXT, file="a sentence per line"), settles=False)
    epochs: int = option(3, "Number of epochs.", minimum=1)
    batch_size: int = option(
        32,
        "Examples per step: texts read side by side, labelled texts, windows, pairs, or centre "
        "words of word vectors (at most, in blocks of 32).",
        minimum=1,
    )
    optimizer: str = option("adam", "NAME or NAME@PROVIDER, with arguments as momentum:mu=0.8.")
    learning_rate: float = option(0.003, "Learning rate at the start.", minimum=0.0)
    schedule: str | None = option(
        None,
        "How the learning rate changes: step_decay:factor=0.5,every=1 from epoch to epoch, "
        "plateau:factor=0.5,by=1.0 where the held-out score does not improve, linear_decay from "
        "step to step, constant. Default: constant.",
    )
    hold: int = option(1, "Epochs at the first rate before the schedule begins.", minimum=1)
    clip: float | None = option(
        None, "Greatest norm of all gradients together. Default: no bound.", minimum=1e-12
    )
    summed: bool = option(
        False,
        "Minimise the loss summed over the steps of a text, the examples of a batch, or the pairs "
        "of words, not averaged over them.",
    )
    precision: Literal["float64", "float32"] = option(
        "float64", "float32 is faster, less exact.", names=("--precision", "--dtype")
    )
    initial_range: float | None = option(
        None,
        "Draw all weights from −r to r. Default: each layer's own way.",
        minimum=0.0,
        maximum=1e6,
    )
    keep: Literal["last", "best"] = option(
        "last", "Which epoch's model is saved in the end: the last, or the best on held-out data."
    )
    seed: int = option(0, "The same seed gives the same run.", minimum=0)
    seeds: int = option(
        1,
        "Number of runs, with the seeds from --seed on: mean and spread of their scores.",
        minimum=1,
        settles=False,
    )

    def __post_init__(self) -> None:
        for name, value in checked_values(type(self), vars(self)).items():
            object.__setattr__(self, name, value)
        self.check_together()

    def check_together(self) -> None:
        """Refuse options that contradict each other, or have no effect together.

        Raises:
            UsageError: two options do not fit.
        """
        if self.hold != 1 and self.schedule is None:
            raise UsageError("`--hold` delays a schedule, but there is none: add `--schedule NAME`")

    def each_seed(self) -> Iterator[Self]:
        """These options, once for each seed."""
        return (replace(self, seed=self.seed + i) for i in range(self.seeds))

    def settings(self) -> dict[str, Any]:
        """The options that settle the result of a run, as JSON has them."""
        return {
            one.name: _plain(getattr(self, one.name))
            for one in option_fields(type(self))
            if one.option.settles
        }


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(LearningOptions):
    """How one model is trained, and where it is saved."""

    arguments: tuple[str, ...] = option(
        (),
        "An argument of the model, as hidden_sizes=[64,32] or activation=relu. Repeatable.",
        names=("--set",),
        metavar="NAME=VALUE",
        settles=False,
        keyed=True,
    )
    out: Path | None = option(
        None, "Where to save. Default: checkpoints/NAME.safetensors.", settles=False
    )
    resume: bool = option(
        False,
        "Go on with an interrupted run with the same options: the result is the same as without "
        "the interruption.",
        names=("--resume",),
        settles=False,
    )


@dataclass(frozen=True, kw_only=True)
class WordOptions:
    """Which words a model knows: a part of other options."""

    minimum_count: int = option(
        2,
        "Minimum count of a word: rarer ones become <unk>; word vectors leave them out.",
        minimum=1,
        names=("--minimum-count", "--min-count"),
        settles=False,
    )


@dataclass(frozen=True, kw_only=True)
class FolderOptions:
    """Where a corpus of several files is: a part of other options."""

    data: Path | None = option(
        None,
        "The folder of a corpus that is read from files.",
        names=("--data",),
        metavar="DIR",
        settles=False,
    )


@dataclass(frozen=True, kw_only=True)
class LanguageModelOptions(WordOptions, TrainingOptions):
    """How a language model is trained, and the sizes of the models that the course has."""

    batch_size: int = with_default(LearningOptions, "batch_size", 20)
    held_out: Path | None = option(
        None, "A text file to measure on. Default: the last tenth of the corpus.", settles=False
    )
    maximum_words: int = option(
        10_000,
        "Maximum vocabulary size of a text file; other words become <unk>.",
        minimum=4,
        settles=False,
    )
    unroll: int = option(20, "Truncation length of backpropagation through time.", minimum=1)
    embedding_size: int | None = option(
        None, "Size of a word vector. Default: what the exercise says.", minimum=1, settles=False
    )
    hidden_size: int | None = option(
        None, "Size of a hidden layer. Default: what the exercise says.", minimum=1, settles=False
    )
    cell: str | None = option(
        None, "The recurrent layer: rnn, lstm, gru, or a plugin's.", settles=False
    )
    layers: int = option(1, "Number of recurrent layers.", minimum=1, settles=False)
    dropout: float = option(
        0.0,
        "Share of the numbers between layers to drop.",
        minimum=0.0,
        maximum=0.99,
        settles=False,
    )
    character_filters: int | None = option(
        None,
        "Word vectors from the characters of the words, as highway_char_cnn makes them: this "
        "number of filters of width 1, twice as many of width 2, ... up to 6 (Kim et al. 2016: "
        "25). `--embedding-size` is that of a character then.",
        minimum=1,
        settles=False,
    )
    highway_layers: int | None = option(
        None,
        "Number of highway layers after the filters of `--character-filters`. Default: 1.",
        minimum=0,
        settles=False,
    )

    def check_together(self) -> None:
        """Refuse highway layers without filters, beside what is refused everywhere."""
        super().check_together()
        if self.highway_layers is not None and self.character_filters is None:
            raise UsageError(
                "`--highway-layers` follow the filters over characters, but there are none: add "
                "`--character-filters N`"
            )


@dataclass(frozen=True, kw_only=True)
class ClassifierOptions(FolderOptions, TrainingOptions):
    """How a classifier is trained."""

    epochs: int = with_default(LearningOptions, "epochs", 5)
    keep: Literal["last", "best"] = with_default(LearningOptions, "keep", "best")


@dataclass(frozen=True, kw_only=True)
class TaggerOptions(ClassifierOptions):
    """How a tagger is trained."""

    corpus: str = option(
        "entities",
        corpus_help(TAGGED_SENTENCES),
        settles=False,
    )


@dataclass(frozen=True, kw_only=True)
class LabelledTextOptions(WordOptions, FolderOptions):
    """Which labelled texts are learned from: a part of other options."""

    corpus: str = option(
        "sentiment",
        corpus_help(LABELLED_TEXTS, file="a label and words on each line"),
        settles=False,
    )


@dataclass(frozen=True, kw_only=True)
class TextClassifierOptions(LabelledTextOptions, ClassifierOptions):
    """How a text classifier is trained."""

    folds: int = option(
        0,
        "Cross-validation of a corpus without a test part: the number of runs, each tested on "
        "another part of the texts. 0: none.",
        minimum=0,
        settles=False,
    )
    vectors: Path | None = option(
        None,
        "Word vectors that a model starts from which takes some, as text_cnn: a checkpoint of "
        "`gradus train skip_gram`, or word2vec's text format.",
    )
    vector_range: float | None = option(
        None,
        "Without --vectors, draw the word vectors from −r to r. Default: the model's own way. "
        "Vectors of rare words stay what they are drawn as: small ones disturb less.",
        minimum=0.0,
        maximum=1e6,
    )

    def check_together(self) -> None:
        """Refuse a cross-validation of one part, beside what is refused everywhere."""
        super().check_together()
        if self.folds == 1:
            raise UsageError("a cross-validation has at least 2 folds, not 1; 0 makes none")

    def settings(self) -> dict[str, Any]:
        """As everywhere; vectors that are given are not drawn."""
        drawn = None if self.vectors is not None else self.vector_range
        return {**super().settings(), "vector_range": drawn}


@dataclass(frozen=True, kw_only=True)
class PairOptions(FolderOptions, TrainingOptions):
    """How a model of sentences and their translations is trained."""

    corpus: str = option(
        "translation",
        corpus_help(SENTENCE_PAIRS),
        settles=False,
    )
    epochs: int = with_default(LearningOptions, "epochs", 5)


@dataclass(frozen=True, kw_only=True)
class WordVectorOptions(WordOptions, TrainingOptions):
    """How word vectors are trained."""

    corpus: str = option(
        "agreement", corpus_help(SENTENCES, TEXT, file="a sentence per line"), settles=False
    )

    epochs: int = with_default(LearningOptions, "epochs", 5)
    batch_size: int = with_default(LearningOptions, "batch_size", 256)
    minimum_count: int = option(
        5,
        "Minimum count of a word: too little can be learned of rarer ones, which are left out.",
        minimum=1,
        names=("--min-count", "--minimum-count"),
    )
    optimizer: str = with_default(LearningOptions, "optimizer", "sgd")
    learning_rate: float = with_default(LearningOptions, "learning_rate", 0.025)
    schedule: str | None = with_default(LearningOptions, "schedule", "linear_decay")
    summed: bool = with_default(LearningOptions, "summed", True)
    precision: Literal["float64", "float32"] = with_default(LearningOptions, "precision", "float32")
    dimension: int = option(100, "Numbers per vector: 50 to 300 for real text.", minimum=1)
    window: int = option(
        5,
        "Maximum number of context words to each side: for each word the number is drawn from 1 "
        "to this. Wide windows learn topics, narrow ones grammar.",
        minimum=1,
    )
    negative: int = option(5, "Words drawn for each pair: 5 to 20 for a small text.", minimum=1)
    subsample: float = option(
        1e-3,
        "Words with a greater share of the text than this are thinned out, as 'the'; 0 keeps all "
        "of them. 1e-3 for a small text, 1e-5 for a large one.",
        minimum=0.0,
        maximum=1.0,
    )
    vectors: Path | None = option(
        None, "Save the vectors here, too, in word2vec's text format.", settles=False
    )


@dataclass(frozen=True, kw_only=True)
class ComparisonOptions(LabelledTextOptions, LearningOptions):
    """How families of text classifiers are trained that are compared."""

    corpus: str = with_default(LabelledTextOptions, "corpus", "attributed_sentiment")
    epochs: int = with_default(LearningOptions, "epochs", 6)
    learning_rate: float = with_default(LearningOptions, "learning_rate", 0.02)
    keep: Literal["last", "best"] = with_default(LearningOptions, "keep", "best")
    embedding_size: int = option(16, "Size of a word vector.", minimum=1)
    hidden_size: int = option(24, "Size of every hidden layer.", minimum=1)
    width: int = option(3, "Words in a window, odd.", minimum=1)

    def check_together(self) -> None:
        """Refuse a window without a middle, beside what is refused everywhere."""
        super().check_together()
        if self.width % 2 == 0:
            raise UsageError(f"a window has a word in the middle: --width is odd, not {self.width}")


def _plain(value: Any) -> Any:
    """`value` as JSON has it."""
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def check_settings(options: type[LearningOptions], settings: Mapping[str, Any]) -> None:
    """Check saved `settings` by the ranges of `options`.

    Raises:
        UsageError: one of them is outside of its range, or of another type.
    """
    settling = {one.name for one in option_fields(options) if one.option.settles}
    checked_values(options, {name: settings[name] for name in settling & settings.keys()})
