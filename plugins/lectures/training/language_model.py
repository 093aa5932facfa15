"""Tasks of language models that are trained by gradient steps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from inspect import Parameter
from itertools import chain, count, islice
from typing import Any, ClassVar

import numpy as np

from framework.errors import UsageError
from framework.interfaces import Arrays, Model
from framework.models.character_aware import CHARACTERS, kim_encoder
from framework.models.language_models import build_language_model
from framework.providers.backends import Backend
from framework.training.loops import Batch, text_batches
from framework.training.option_fields import MODEL, RARE, flag, option, option_fields, with_default
from framework.training.task import SIZES, Request
from framework.training.tools import model_arguments
from framework.training.training_options import LearningOptions
from plugins.lectures.training.recurrent_layers import (
    RecurrentOptions,
    has_own_layers,
    takes,
    with_recurrent_layers,
)
from plugins.lectures.training.text import TextOptions, TextTask

#: Multiples of the golden ratio, modulo 1, are spread evenly.
GOLDEN = (5**0.5 - 1) / 2

#: The biases of the gates of the highway layers after the filters over characters.
_GATE_BIAS = re.compile(r"^embedding\.highway_\d+\.b_t$")


@dataclass(frozen=True, kw_only=True)
class LanguageModelOptions(TextOptions, RecurrentOptions):
    """The options of language models, with the sizes of the course's models."""

    batch_size: int = with_default(
        LearningOptions, "batch_size", 20, "Batch size: number of parallel texts."
    )
    unroll: int = option(
        20,
        "Truncation length of backpropagation through time; of a transformer, the length of its "
        "texts in training, at most its context.",
        minimum=1,
    )
    epoch_steps: int | None = option(
        None,
        "Number of steps in an epoch. The next epoch continues the text where this one has ended. "
        "When the text is over, it starts again a few tokens later than before, so that it is cut "
        "in other places. Default: the whole text once.",
        minimum=1,
        group=RARE,
    )
    embedding_size: int | None = option(
        None,
        "Size of a word vector. Default: that of the exercise.",
        minimum=1,
        settles=False,
        group=MODEL,
    )
    hidden_size: int | None = option(
        None,
        "Size of a hidden layer. Default: that of the exercise.",
        minimum=1,
        settles=False,
        group=MODEL,
    )
    character_filters: int | None = option(
        None,
        "Word vectors from the characters of the words, as highway_char_cnn makes them: this "
        "number of filters of width 1, twice as many of width 2, ... up to 6 (Kim et al. 2016: "
        "25). `--embedding-size` is then that of a character.",
        minimum=1,
        settles=False,
        group=MODEL,
    )
    highway_layers: int | None = option(
        None,
        "Number of highway layers after the filters of `--character-filters`. Default: 1.",
        minimum=0,
        settles=False,
        group=RARE,
    )
    highway_bias: float | None = option(
        None,
        "Add this to the initial biases of the gates of these highway layers. Kim et al. 2016: -2, "
        "so that a layer first copies most of its input. Default: 0.",
        minimum=-100.0,
        maximum=100.0,
        group=RARE,
    )

    def check_together(self) -> None:
        """Check the options together; filters over characters that are tokens are an error.

        Highway layers without filters are an error, too.
        """
        super().check_together()
        if self.tokens != "words" and self.character_filters is not None:
            raise UsageError(
                "`--character-filters` reads the characters of words, but `--tokens "
                f"{self.tokens}` has no words: leave one out"
            )
        for name in ("highway_layers", "highway_bias"):
            if getattr(self, name) is not None and self.character_filters is None:
                raise UsageError(
                    f"`--{name.replace('_', '-')}` needs the filters over characters that highway "
                    "layers follow, but there are none: add `--character-filters N`"
                )


class LanguageModelTask(TextTask):
    """Learn to predict the next token of a text; see `TextTask` for the arguments."""

    kind: ClassVar[str] = "language_model"
    help: ClassVar[str] = """Train a language model and save a checkpoint after every epoch."""
    options: ClassVar[type[LanguageModelOptions]] = LanguageModelOptions
    carries_state: ClassVar[bool] = True
    target_axes: ClassVar[int] = 2

    @classmethod
    def arguments(cls, options: LanguageModelOptions, request: Request) -> dict[str, Any]:
        """Return the arguments: default sizes, then the recipe's, then those of the options."""
        model = request.model
        known = request.backend.parameters_of(model, cls.model_kind)
        if not takes(known, "rng"):
            raise UsageError(
                f"{model} has no argument `rng`, so it has no weights to learn: if it counts "
                f"n-grams, `gradus train counts:{model}` lets it count"
            )
        given = _given(options, (*SIZES, "layers") if has_own_layers(known) else SIZES)
        sizes = {name: size for name, size in SIZES.items() if takes(known, name)}
        arguments = {**sizes, **request.defaults, **given}
        _check_context(model, arguments, known, options)
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
        if options.epoch_steps is None:
            return text_batches(self.text.train, options.batch_size, options.unroll)
        return options.epoch_steps, self._part_of_the_text(options, epoch, options.epoch_steps)

    def _part_of_the_text(
        self, options: LanguageModelOptions, epoch: int, steps: int
    ) -> Iterator[Batch]:
        """Yield the `steps` chunks of an epoch, which begin where the epoch before it has ended.

        No state is carried into an epoch, so that a run can be resumed after any of them.
        """
        start, total = (epoch - 1) * steps, self._reading(options, 0)[0]
        readings = (self._reading(options, number)[1] for number in count(start // total))
        first = start % total
        for step, batch in enumerate(islice(chain.from_iterable(readings), first, first + steps)):
            yield batch if step else replace(batch, continues=False)

    def _reading(self, options: LanguageModelOptions, number: int) -> tuple[int, Iterator[Batch]]:
        """Return how many chunks a reading of the text has, and those of a `number`, from 0 on.

        Each reading begins elsewhere in the first chunk: a model that learns a vector for each
        position would otherwise see each token at one position alone.
        """
        ids, N, T = self.text.train, options.batch_size, options.unroll
        tokens = max(len(ids) - T, N + 1)
        later = int((len(ids) - tokens) * (number * GOLDEN % 1))
        return text_batches(ids[later : later + tokens], N, T)

    def generator_seed(self, seed: int, epoch: int) -> list[int]:
        """Return the seed, unchanged since the first version so that old checkpoints can resume."""
        return [epoch, seed]

    def step_size(self, options: LanguageModelOptions) -> int:
        """Return the tokens of all streams in a chunk."""
        return options.batch_size * options.unroll

    def speed(self, seconds: float, options: LanguageModelOptions) -> str:
        """Return the tokens per second of an epoch."""
        if options.epoch_steps is None:
            return super().speed(seconds, options)
        return f"{options.epoch_steps * self.step_size(options) / seconds:,.0f} tokens/s"


def _given(options: LanguageModelOptions, names: Iterable[str]) -> dict[str, Any]:
    """Return the arguments that the user gave, by the options `names` or by ``--set``.

    Raises:
        UsageError: one is given both ways, or a size is outside of its range.
    """
    sizes = {name: getattr(options, name) for name in names}
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


def _check_context(
    model: str,
    arguments: Mapping[str, Any],
    known: Mapping[str, Parameter],
    options: LanguageModelOptions,
) -> None:
    """Refuse chunks of the text that are longer than the context of a model that has one.

    Raises:
        UsageError: they are; the message says both numbers.
    """
    if "context" not in known:
        return
    context = arguments.get("context", known["context"].default)
    if isinstance(context, int) and options.unroll > context:
        raise UsageError(
            f"`--unroll {options.unroll}` is longer than the context of {model}, which has "
            f"{context} positions: choose `--unroll {context}` or `--set context={options.unroll}`"
        )
