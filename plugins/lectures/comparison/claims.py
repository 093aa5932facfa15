"""The lecture's claims about families of models, compared with measured results.

A claim holds or does not hold *here*: on this corpus, with these sizes. Differences of accuracy
count where they are more than chance, two standard errors. Two families that both reach the best
possible accuracy decide nothing about each other. Speed: see `speed_claim`.

Source: CS224n lecture 7, section 4.2; lecture 11, sections 3.4, 4.5 and 5.3; Vaswani et al.,
"Attention Is All You Need" (2017), section 4.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from plugins.lectures.comparison.claim import Claim, Timings, speed_claim
from plugins.lectures.comparison.outcomes import Outcome

#: Maximum difference of accuracies for "a good baseline", and for "near".
GOOD = 0.05
#: Minimum difference for a claim, in standard errors.
SURE = 2.0

Outcomes = Mapping[str, Outcome]


def claims(outcomes: Outcomes) -> Iterator[Claim]:
    """Yield the claims about the families that were trained; others are skipped."""
    for names, check in _CLAIMS:
        if all(name in outcomes for name in names):
            yield from check(*(outcomes[name] for name in names), outcomes)


def _baseline(bag: Outcome, outcomes: Outcomes) -> Iterator[Claim]:
    best = max(outcomes.values(), key=lambda outcome: outcome.accuracy)
    yield _compared(
        f"A bag of vectors is a good baseline: within {GOOD:.0%} of the best family.",
        best.accuracy - bag.accuracy <= GOOD,
        bag,
        best,
    )


def _blind(bag: Outcome, outcomes: Outcomes) -> Iterator[Claim]:
    if bag.best is not None:
        yield _limited(bag, "A bag of vectors does not see the order of words")


def _local(window: Outcome, rnn: Outcome, outcomes: Outcomes) -> Iterator[Claim]:
    yield _compared(
        "Windows are enough where what decides is local: they are no worse than an RNN.",
        not _is_ahead(rnn, window),
        window,
        rnn,
    )
    if window.best is not None:
        yield _limited(window, "Windows see no further than their width")


def _classifies(cnn: Outcome, window: Outcome, outcomes: Outcomes) -> Iterator[Claim]:
    yield _compared(
        "A CNN is good at classification: the greatest answer of each filter is no worse than "
        "the mean of all.",
        not _is_ahead(window, cnn),
        cnn,
        window,
    )


def _slow(rnn: Outcome, cnn: Outcome, outcomes: Outcomes) -> Iterator[Claim]:
    yield _faster(
        cnn, rnn, "An RNN is slower than a CNN: every word has to wait for the one before."
    )


def _last(last: Outcome, rnn: Outcome, outcomes: Outcomes) -> Iterator[Claim]:
    yield _compared(
        "An RNN of which the last state alone is used is worse at classification.",
        _is_ahead(rnn, last),
        last,
        rnn,
    )


def _near(qrnn: Outcome, rnn: Outcome, outcomes: Outcomes) -> Iterator[Claim]:
    yield _compared(
        f"A QRNN comes near an RNN: within {GOOD:.0%}, or better.",
        rnn.accuracy - qrnn.accuracy <= GOOD,
        qrnn,
        rnn,
    )


def _compared_with_lstm(qrnn: Outcome, lstm: Outcome, outcomes: Outcomes) -> Iterator[Claim]:
    yield _compared(
        "A QRNN is as good as an LSTM, or better.", not _is_ahead(lstm, qrnn), qrnn, lstm
    )
    yield _faster(qrnn, lstm, "A QRNN is faster than an LSTM.")


def _gated(gru: Outcome, lstm: Outcome, outcomes: Outcomes) -> Iterator[Claim]:
    yield _faster(gru, lstm, "A GRU is faster than an LSTM: three products per step, not four.")
    yield _compared(
        "Neither GRU nor LSTM is better: they differ by no more than chance.",
        not _is_ahead(gru, lstm) and not _is_ahead(lstm, gru),
        gru,
        lstm,
    )


def _attends(transformer: Outcome, rnn: Outcome, outcomes: Outcomes) -> Iterator[Claim]:
    yield _compared(
        "Attention needs no recurrence: a transformer is no worse than an RNN.",
        not _is_ahead(rnn, transformer),
        transformer,
        rnn,
    )
    yield _faster(
        transformer, rnn, "A transformer is faster than an RNN: no word waits for the one before."
    )


def _reads_all(transformer: Outcome, window: Outcome, outcomes: Outcomes) -> Iterator[Claim]:
    yield _compared(
        "A transformer sees further than a window: it is better.",
        _is_ahead(transformer, window),
        transformer,
        window,
    )


#: The families that claims are about, and what makes the claims, of these and of all outcomes.
_CLAIMS: tuple[tuple[tuple[str, ...], Callable[..., Iterator[Claim]]], ...] = (
    (("bag",), _baseline),
    (("bag",), _blind),
    (("window", "rnn"), _local),
    (("cnn", "window"), _classifies),
    (("rnn", "cnn"), _slow),
    (("rnn_last", "rnn"), _last),
    (("qrnn", "rnn"), _near),
    (("qrnn", "lstm"), _compared_with_lstm),
    (("gru", "lstm"), _gated),
    (("transformer", "rnn"), _attends),
    (("transformer", "window"), _reads_all),
)


def _limited(outcome: Outcome, what: str) -> Claim:
    """Yield the claim that `outcome` does not exceed the known best accuracy of its family."""
    limit = outcome.best or 1.0
    text = f"{what}: no more than {limit:.2%} right, in the long run."
    chance = SURE * outcome.error
    numbers = (
        f"{_accuracy_text(outcome)}, ± {100 * chance:.1f} by chance on {outcome.texts:,} texts"
    )
    return Claim(text, outcome.accuracy <= limit + chance, numbers)


def _compared(text: str, holds: bool, first: Outcome, other: Outcome) -> Claim:
    """Return the claim about two families, undecided if both are as good as possible here."""
    numbers = f"{_accuracy_text(first)}, {_accuracy_text(other)}"
    is_close = not _is_ahead(first, other) and not _is_ahead(other, first)
    if first is not other and is_close and _is_best(first) and _is_best(other):
        numbers += "; both reach the best possible accuracy, so this corpus decides nothing"
        return Claim(text, None, numbers)
    return Claim(text, holds, numbers)


def _is_best(outcome: Outcome) -> bool:
    """Return whether `outcome` is at the best possible accuracy of its family, up to chance."""
    return outcome.accuracy + SURE * outcome.error >= (outcome.best or 1.0)


def _is_ahead(first: Outcome, other: Outcome) -> bool:
    """Return whether `first` is more accurate than `other`, by more than chance."""
    return first.accuracy - other.accuracy > SURE * math.hypot(first.error, other.error)


def _accuracy_text(outcome: Outcome) -> str:
    return f"{outcome.name} {outcome.accuracy:.2%}"


def _faster(fast: Outcome, slow: Outcome, text: str) -> Claim:
    """Return the claim that `fast` is faster than `slow`."""
    timings = (Timings(outcome.name, outcome.epoch_seconds) for outcome in (fast, slow))
    return speed_claim(text, *timings, run="epoch", more="`--epochs` or `--seeds`")
