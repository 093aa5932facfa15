"""Language models: the next word of a text, measured by perplexity."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from framework.data.corpora import load_corpus, load_text
from framework.data.corpus import Corpus
from framework.data.vocabulary import Ids
from framework.errors import UsageError
from framework.evaluation.metrics import language_model_perplexity
from framework.interfaces import Arrays, LanguageModel, Model
from framework.models.character_aware import CHARACTERS, build_language_model, kim_encoder
from framework.providers.backends import Backend
from framework.training.checkpoints import Checkpoint
from framework.training.kinds import BUILT_IN
from framework.training.loops import Batch, text_batches
from framework.training.option_fields import flag, option_fields
from framework.training.options import LanguageModelOptions
from framework.training.task import Evaluation, Request, TrainingTask
from framework.training.tasks.recurrent_layers import takes, with_recurrent_layers
from framework.training.tools import model_arguments

#: Streams that a held-out text is cut into. Fixed, since each of them starts without a memory of
#: the text before it: the perplexity of a checkpoint must not depend on how it was trained.
EVALUATION_STREAMS = 16

#: Sizes of a model whose exercise says nothing else.
SIZES = {"embedding_size": 32, "hidden_size": 64}

#: The biases of the gates of the highway layers after the filters over characters.
_GATE_BIAS = re.compile(r"^embedding\.highway_\d+\.b_t$")


def held_out_perplexity(model: LanguageModel, ids: Ids, arrays: Arrays) -> float:
    """Return the perplexity on the text `ids: (M,)`, for `gradus train` and `gradus evaluate`."""
    model.eval()
    return language_model_perplexity(model, ids, EVALUATION_STREAMS, arrays)


class LanguageModelTask(TrainingTask):
    """Predict the next word of a text.

    Args:
        text: what to learn from and to be measured on.
        test: another text to measure the trained model on, with its name; or None.
    """

    kind: ClassVar[str] = "language_model"
    help: ClassVar[str] = BUILT_IN["language_model"].help
    options: ClassVar[type[LanguageModelOptions]] = LanguageModelOptions
    measure = "perplexity"
    lower_is_better: ClassVar[bool] = True
    model_kind: ClassVar[str] = "language_model"
    unit: ClassVar[str] = "tokens"
    carries_state: ClassVar[bool] = True

    def __init__(self, text: Corpus, test: tuple[str, Ids] | None = None) -> None:
        self.text, self.test = text, test
        self.corpus, self.vocabulary = text.name, text.vocabulary
        self.described = (
            f"{len(text.train) - 1:,} tokens to learn from, {len(text.valid) - 1:,} held out, "
            f"{len(text.vocabulary):,} words"
        )

    @classmethod
    def load(cls, options: LanguageModelOptions, request: Request) -> LanguageModelTask:
        """Return the text that `options` name."""
        corpus = load_corpus(
            options.corpus,
            request.corpora,
            maximum_size=options.maximum_words,
            minimum_count=options.minimum_count,
            held_out=options.held_out,
        )
        if options.test is None:
            return cls(corpus)
        return cls(corpus, (options.test.name, load_text(str(options.test), corpus.vocabulary)))

    @classmethod
    def arguments(cls, options: LanguageModelOptions, request: Request) -> dict[str, Any]:
        """Return the arguments: default sizes, then the recipe's, then those of the options."""
        known = request.backend.parameters_of(request.model, cls.model_kind)
        given = _given(options)
        sizes = {name: size for name, size in SIZES.items() if takes(known, name)}
        arguments = {**sizes, **request.defaults, **given}
        arguments = with_recurrent_layers(arguments, options, request, cls.model_kind)
        if options.character_filters is not None:
            arguments.pop("embedding_size", None)
            arguments[CHARACTERS] = kim_encoder(
                options.character_filters, given.get("embedding_size"), options.highway_layers
            )
        return arguments

    def build(
        self, backend: Backend, model: str, arguments: Mapping[str, Any], rng: np.random.Generator
    ) -> Model:
        """Return the model, character-aware where its arguments describe an encoder."""
        return build_language_model(backend, model, self.vocabulary, arguments, rng)

    def initialise(
        self, model: Model, arrays: Arrays, options: Any, rng: np.random.Generator
    ) -> None:
        """Add to the biases of the gates of the highway layers, if an option says so.

        Raises:
            UsageError: there are no such layers.
        """
        if options.highway_bias is None:
            return
        biases = [name for name in model.parameters if _GATE_BIAS.search(name)]
        if not biases:
            raise UsageError("`--highway-bias` has no highway layer to change: see `--help`")
        for name in biases:
            bias = arrays.to_numpy(model.parameters[name])
            arrays.assign(model.parameters, name, bias + options.highway_bias)

    def batches(self, options: LanguageModelOptions, epoch: int) -> tuple[int, Iterator[Batch]]:
        """Return the chunks of the text, in order."""
        return text_batches(self.text.train, options.batch_size, options.unroll)

    def score(self, model: Any, arrays: Arrays) -> float:
        """Return the perplexity of the held-out text."""
        return held_out_perplexity(model, self.text.valid, arrays)

    def generator_seed(self, seed: int, epoch: int) -> list[int]:
        """Return the seed, unchanged since the first version so that old checkpoints can resume."""
        return [epoch, seed]

    def identity(self) -> dict[str, Any]:
        """Return the size of the text, and the file that is held out."""
        return {"words": len(self.text.train), "held_out": self.text.held_out}

    def step_size(self, options: LanguageModelOptions) -> int:
        """Return the tokens of all streams in a chunk."""
        return options.batch_size * options.unroll

    def speed(self, seconds: float) -> str:
        """Return the tokens per second."""
        return f"{(len(self.text.train) - 1) / seconds:,.0f} tokens/s"

    def held_out(self, score: float) -> str:
        """Return the perplexity, with the best possible one where it is known."""
        return f"{super().held_out(score)}{_best(self.text.best_perplexity)}"

    def measured(self, model: Any, arrays: Arrays) -> tuple[float, list[str]] | None:
        """Return the perplexity of the test text, if there is one."""
        if self.test is None:
            return None
        name, ids = self.test
        perplexity = held_out_perplexity(model, ids, arrays)
        return perplexity, [f"test perplexity {perplexity:.4f} on {name}"]

    def next_command(self, out: Path) -> str:
        """Return the command that generates text."""
        return f"gradus sample {out}"

    @classmethod
    def evaluate(cls, saved: Checkpoint, asked: Evaluation) -> Iterator[str]:
        """Yield the perplexity on a text."""
        ids, described, best = _text(saved, asked)
        backend = asked.backend
        perplexity = held_out_perplexity(saved.restore(backend), ids, backend.arrays)
        yield f"{saved.model} under {backend.name} on {described}, {len(ids) - 1:,} tokens"
        yield f"perplexity {perplexity:.6f}{_best(best)}"


def _best(perplexity: float | None) -> str:
    return "" if perplexity is None else f" (best possible {perplexity:.4f})"


def _given(options: LanguageModelOptions) -> dict[str, Any]:
    """Return the arguments that the user gave, by options or by ``--set``.

    Raises:
        UsageError: one is given both ways, or a size is outside of its range.
    """
    sizes = {name: getattr(options, name) for name in SIZES}
    chosen = {name: value for name, value in sizes.items() if value is not None}
    written = model_arguments(options.arguments)
    for name in chosen.keys() & written.keys():
        raise UsageError(
            f"`{flag(name)}` and `--set {name}={written[name]}` both set {name}: leave one out"
        )
    for field in option_fields(type(options)):
        if field.name in written and field.name in (*SIZES, "layers"):
            field.checked(written[field.name], f"--set {field.name}")
    return {**chosen, **written}


def _text(saved: Checkpoint, asked: Evaluation) -> tuple[Ids, str, float | None]:
    """Return the text for evaluation: ids, name, and the best perplexity if it is known.

    A file of the user's own is scored whole; of what the model was trained on, only the part that
    was held out.
    """
    apart = saved.training.get("held_out")  # a file of its own: then the corpus was read whole
    name = asked.corpus or apart or saved.corpus
    if Path(name).is_file() and (apart or not _same(name, saved.corpus)):
        return load_text(name, saved.vocabulary), name, None
    corpus = load_corpus(name, asked.corpora, maximum_size=len(saved.vocabulary))
    held_out = saved.vocabulary.encode(corpus.vocabulary.decode(corpus.valid))
    return held_out, f"held-out text of {name}", corpus.best_perplexity


def _same(path: str, other: str) -> bool:
    return Path(path).resolve() == Path(other).resolve()
