"""Quasi-recurrent language models beside an LSTM, over words and over characters.

The text is of the language of agreement, whose verbs agree with a noun some words before. Spelled
out in characters, the same words are several times as far away. The models differ on this language:
a gate that sees two inputs cannot keep the first noun and ignore the next one.

Source: CS224n lecture 11, sections 5.2 and 5.4; Bradbury et al. (2016), sections 3.2 and 3.3.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from framework.data.vocabulary import Ids
from framework.evaluation.metrics import language_model_perplexity
from framework.training.loops import language_model_steps
from plugins.lectures.comparison.claim import Claim
from plugins.lectures.experiments.experiment import Findings, Measured, Setting, faster, higher
from plugins.lectures.languages.agreement import AgreementLanguage

#: What is compared -> the argument `cell` of a language model.
CELLS: Mapping[str, Any] = {
    "qrnn": "qrnn",
    "qrnn, 3 layers": {"layer": "qrnn", "layers": 3},
    "lstm": "lstm",
}
EMBEDDING, BATCH_SIZE, RATE, CLIP = 16, 20, 0.01, 5.0


@dataclass(frozen=True)
class _Sizes:
    """The number of tokens to learn from, a quarter of which are tested, and the training."""

    tokens: int
    hidden: int
    unroll: int
    epochs: int


#: About the same text. Characters need longer gradients and more training.
SIZES: Mapping[str, _Sizes] = {
    "words": _Sizes(24_000, 32, 40, 10),
    "characters": _Sizes(120_000, 48, 80, 20),
}


@dataclass(frozen=True)
class _Trained:
    perplexity: float
    seconds: float


Found = Mapping[tuple[str, str], tuple[_Trained, ...]]


def run(setting: Setting) -> Findings:
    """Train each model over words and over characters, `repeats` times."""
    results = {
        (unit, cell): tuple(_trained(setting, unit, cell, rng) for rng in setting.generators())
        for unit in SIZES
        for cell in CELLS
    }
    measured = [_of(results, "perplexity", *key) for key in results]
    measured += [_of(results, "seconds", *key) for key in results]
    return Findings(tuple(measured), claims(results))


def _of(results: Found, quantity: str, tokens: str, cell: str) -> Measured:
    """Return a quantity of one model, whose name is also its unit."""
    values = tuple(float(getattr(result, quantity)) for result in results[tokens, cell])
    return Measured(f"{tokens}, {cell}", values, quantity)


def claims(results: Found) -> tuple[Claim, ...]:
    """Return what the lecture says; higher perplexities are worse."""

    def perplexity(tokens: str, cell: str) -> Measured:
        return _of(results, "perplexity", tokens, cell)

    shallow, deep, lstm = (perplexity("characters", cell) for cell in CELLS)
    seconds = [_of(results, "seconds", "characters", cell) for cell in CELLS]
    return (
        higher(
            "As a language model over words, a QRNN of one layer is better than an LSTM.",
            perplexity("words", "lstm"),
            perplexity("words", "qrnn"),
        ),
        higher("As a language model over characters, a QRNN is worse than an LSTM.", shallow, lstm),
        higher(
            "Over words, a QRNN of three layers is better than one of one layer.",
            perplexity("words", "qrnn"),
            perplexity("words", "qrnn, 3 layers"),
        ),
        higher("With three layers a QRNN is still worse over characters.", deep, lstm),
        faster("With three layers a QRNN is still faster than an LSTM.", seconds[1], seconds[2]),
    )


def text(tokens: str, length: int, rng: np.random.Generator) -> Ids:
    """Draw the ids of `length` words, or of `length` characters of words with a space between."""
    language = AgreementLanguage()
    ids = language.sample(length, rng=rng)
    if tokens == "words":
        return ids
    letters = " ".join(language.vocabulary.decode(ids))[:length]
    alphabet = sorted(set(" ".join(language.vocabulary.words)))
    places = {letter: number for number, letter in enumerate(alphabet)}
    return np.array([places[letter] for letter in letters], dtype=np.int64)


def vocabulary_size(tokens: str) -> int:
    """Return the number of words, or of characters."""
    words = AgreementLanguage().vocabulary.words
    return len(words) if tokens == "words" else len(set(" ".join(words)))


def _trained(setting: Setting, tokens: str, cell: str, rng: np.random.Generator) -> _Trained:
    """Train one model, and measure its perplexity on new text and the seconds of its training."""
    build, arrays = setting.backend.build, setting.backend.arrays
    clock = time.process_time if setting.backend.device == "cpu" else time.perf_counter
    sizes = SIZES[tokens]
    train, test = (text(tokens, sizes.tokens // part, rng) for part in (1, 4))
    shape = (vocabulary_size(tokens), EMBEDDING, sizes.hidden, CELLS[cell])
    model: Any = build("recurrent_lm", *shape, rng=rng, kind="language_model")
    steps = language_model_steps(
        model,
        train,
        loss=build("softmax_cross_entropy", kind="loss"),
        optimizer=build("adam", RATE, kind="optimizer"),
        arrays=arrays,
        batch_size=BATCH_SIZE,
        unroll=sizes.unroll,
        epochs=sizes.epochs,
        clip=CLIP,
    )
    started = clock()
    for _ in steps:
        pass
    seconds = clock() - started
    model.eval()
    return _Trained(language_model_perplexity(model, test, BATCH_SIZE, arrays), seconds)
