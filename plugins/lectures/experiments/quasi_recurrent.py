"""Quasi-recurrent language models beside an LSTM.

The text is of the language of agreement, whose verbs agree with a noun some words before. The
models differ on it: a gate that sees two words cannot keep the first noun and ignore the next one.

Source: CS224n lecture 11, sections 5.2 and 5.4; Bradbury et al. (2016), section 3.2.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

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
EMBEDDING, HIDDEN, RATE, CLIP = 16, 32, 0.01, 5.0
BATCH_SIZE, UNROLL, EPOCHS = 20, 40, 10
#: Words to learn from, and to test on.
TRAIN, TEST = 24_000, 6_000


@dataclass(frozen=True)
class _Trained:
    perplexity: float
    seconds: float


Found = Mapping[str, tuple[_Trained, ...]]


def run(setting: Setting) -> Findings:
    """Train each model, `repeats` times."""
    results = {
        cell: tuple(_trained(setting, cell, rng) for rng in setting.generators()) for cell in CELLS
    }
    quantities = ("perplexity", "seconds")
    measured = tuple(_of(results, quantity, cell) for quantity in quantities for cell in CELLS)
    return Findings(measured, claims(results))


def _of(results: Found, quantity: str, cell: str) -> Measured:
    """Return a quantity of one model, whose name is also its unit."""
    values = tuple(float(getattr(result, quantity)) for result in results[cell])
    return Measured(cell, values, quantity)


def claims(results: Found) -> tuple[Claim, ...]:
    """Return what the lecture says; higher perplexities are worse."""
    shallow, deep, lstm = (_of(results, "perplexity", cell) for cell in CELLS)
    seconds = [_of(results, "seconds", cell) for cell in CELLS]
    return (
        higher("As a language model, a QRNN of one layer is better than an LSTM.", lstm, shallow),
        higher("A QRNN of three layers is better than one of one layer.", shallow, deep),
        faster("With three layers a QRNN is still faster than an LSTM.", seconds[1], seconds[2]),
    )


def _trained(setting: Setting, cell: str, rng: np.random.Generator) -> _Trained:
    """Train one model, and measure its perplexity on new text and the seconds of its training."""
    build, arrays = setting.backend.build, setting.backend.arrays
    clock = time.process_time if setting.backend.device == "cpu" else time.perf_counter
    language = AgreementLanguage()
    train, test = (language.sample(length, rng=rng) for length in (TRAIN, TEST))
    sizes = (len(language.vocabulary.words), EMBEDDING, HIDDEN, CELLS[cell])
    model: Any = build("recurrent_lm", *sizes, rng=rng, kind="language_model")
    steps = language_model_steps(
        model,
        train,
        loss=build("softmax_cross_entropy", kind="loss"),
        optimizer=build("adam", RATE, kind="optimizer"),
        arrays=arrays,
        batch_size=BATCH_SIZE,
        unroll=UNROLL,
        epochs=EPOCHS,
        clip=CLIP,
    )
    started = clock()
    for _ in steps:
        pass
    seconds = clock() - started
    model.eval()
    return _Trained(language_model_perplexity(model, test, BATCH_SIZE, arrays), seconds)
