"""Tasks of language models that are trained by gradient steps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from framework.errors import UsageError
from framework.interfaces import Arrays, Model
from framework.models.character_aware import CHARACTERS, kim_encoder
from framework.models.language_models import build_language_model
from framework.providers.backends import Backend
from framework.training.loops import Batch, text_batches
from framework.training.option_fields import MODEL, RARE, flag, option, option_fields, with_default
from framework.training.options import LearningOptions
from framework.training.task import SIZES, Request
from framework.training.tools import model_arguments
from plugins.lectures.training.recurrent_layers import (
    RecurrentOptions,
    takes,
    with_recurrent_layers,
)
from plugins.lectures.training.text import TextOptions, TextTask

#: The biases of the gates of the highway layers after the filters over characters.
_GATE_BIAS = re.compile(r"^embedding\.highway_\d+\.b_t$")


@dataclass(frozen=True, kw_only=True)
class LanguageModelOptions(TextOptions, RecurrentOptions):
    """The options of language models, with the sizes of the course's models."""

    batch_size: int = with_default(
        LearningOptions, "batch_size", 20, "Batch size: number of parallel texts."
    )
    unroll: int = option(20, "Truncation length of backpropagation through time.", minimum=1)
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

    def generator_seed(self, seed: int, epoch: int) -> list[int]:
        """Return the seed, unchanged since the first version so that old checkpoints can resume."""
        return [epoch, seed]

    def step_size(self, options: LanguageModelOptions) -> int:
        """Return the tokens of all streams in a chunk."""
        return options.batch_size * options.unroll


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
