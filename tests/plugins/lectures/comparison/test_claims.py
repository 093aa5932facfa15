"""Claims of the lecture, compared with made-up outcomes."""

import pytest

from plugins.lectures.comparison.claim import TIMINGS
from plugins.lectures.comparison.claims import claims
from plugins.lectures.comparison.outcomes import Outcome


def outcome(name, accuracy, seconds=1.0, best=None, texts=1000):
    accuracies = accuracy if isinstance(accuracy, tuple) else (accuracy,)
    timed = seconds if isinstance(seconds, tuple) else (seconds,) * TIMINGS
    return Outcome(name, False, 10, accuracies, timed, texts, best)


def said(*outcomes):
    """Beginning of each claim -> whether it holds."""
    result = claims({outcome.name: outcome for outcome in outcomes})
    return {" ".join(claim.text.split()[:3]): claim.holds for claim in result}


RNN, CNN, LSTM = outcome("rnn", 0.9), outcome("cnn", 0.97), outcome("lstm", 0.98, seconds=3.0)
STEADY = outcome("rnn", (0.85, 0.85, 0.85))
#: Families that were trained, and claims about them; a difference within chance decides nothing.
CLAIMS = [
    ((outcome("rnn_last", 0.6), RNN), {"An RNN of": True}),
    ((outcome("rnn_last", 0.9), RNN), {"An RNN of": False}),
    ((outcome("bag", 0.95), CNN), {"A bag of": True}),
    ((outcome("bag", 0.80), CNN), {"A bag of": False}),
    ((outcome("window", 0.80), outcome("rnn", 0.82)), {"Windows are enough": True}),
    ((outcome("window", 0.80), RNN), {"Windows are enough": False}),
    ((outcome("window", 0.9), outcome("rnn", 1.0)), {"Windows are enough": False}),
    ((outcome("window", (0.6, 0.9, 0.75)), STEADY), {"Windows are enough": True}),
    ((outcome("window", (0.75, 0.75, 0.75)), STEADY), {"Windows are enough": False}),
    ((outcome("qrnn", 0.93), outcome("rnn", 0.97), LSTM),
     {"A QRNN comes": True, "A QRNN is": True}),
    *(
        ((outcome("transformer", accuracy, seconds=2.0), other), claims_about)
        for accuracy, as_good in ((0.8, False), (0.9, True))
        for other, claims_about in (
            (RNN, {"Attention needs no": as_good, "A transformer is": False}),
            (outcome("window", 0.8), {"A transformer sees": as_good}),
        )
    ),
    *(
        ((outcome("gru", gru, seconds=2.0), outcome("lstm", lstm, seconds=3.0)),
         {"A GRU is": True, "Neither GRU nor": neither})
        for gru, lstm, neither in ((0.93, 0.93, True), (0.97, 0.90, False), (0.90, 0.97, False))
    ),
]  # fmt: skip


@pytest.mark.parametrize(("trained", "expected"), CLAIMS)
def test_claims_hold_by_more_than_chance(trained, expected):
    result = said(*trained)
    assert {name: result[name] for name in expected} == expected


def test_claims_are_about_families_that_were_trained():
    assert said(outcome("cnn", 0.9)) == {}
    assert list(said(outcome("cnn", 0.9), RNN)) == ["An RNN is"]
    worse = list(claims({"qrnn": outcome("qrnn", 0.93), "lstm": outcome("lstm", 0.98)}))
    assert [claim.holds for claim in worse] == [False, None]


@pytest.mark.parametrize(("accuracy", "holds"), [(0.72, True), (0.74, True), (0.80, False)])
def test_a_limit_may_be_exceeded_by_chance_alone(accuracy, holds):
    (_, blind) = claims({"bag": outcome("bag", accuracy, best=0.72)})
    assert blind.holds is holds
    assert "72.00% right" in blind.text
    assert blind.numbers.startswith(f"bag {accuracy:.2%}, ± 2.")


@pytest.mark.parametrize(
    ("qrnn", "lstm", "holds"),
    [
        (outcome("qrnn", 1.0), outcome("lstm", 1.0), None),
        (outcome("qrnn", 0.81, best=0.81), outcome("lstm", 0.81, best=0.81), None),
        (outcome("qrnn", 0.95), outcome("lstm", 1.0), False),
        (outcome("qrnn", 0.81, best=0.81), outcome("lstm", 1.0), False),
        (outcome("qrnn", 0.90), outcome("lstm", 0.90), True),
    ],
)
def test_two_families_at_the_best_possible_accuracy_decide_nothing(qrnn, lstm, holds):
    claim, _ = claims({"qrnn": qrnn, "lstm": lstm})
    assert claim.holds is holds
    assert ("decides nothing" in claim.numbers) is (holds is None)


@pytest.mark.parametrize(
    ("rnn", "cnn", "holds"),
    [
        ((2.0, 2.1, 2.2, 2.0, 2.1), (1.0, 1.1, 1.9, 1.0, 1.1), True),
        ((1.0, 1.1, 1.9, 1.0, 1.1), (2.0, 2.1, 2.2, 2.0, 2.1), False),
        ((2.0, 2.1, 2.2, 2.0, 2.1), (1.0, 1.1, 2.0, 1.0, 1.1), None),
        ((1.0, 9.0, 1.0, 1.0, 1.0), (2.0, 2.1, 2.2, 2.0, 2.1), None),
    ],
)
def test_nothing_is_said_about_speed_where_times_overlap(rnn, cnn, holds):
    results = {"rnn": outcome("rnn", 0.9, seconds=rnn), "cnn": outcome("cnn", 0.9, seconds=cnn)}
    (claim,) = claims(results)
    assert claim.holds is holds
    assert f"cnn {min(cnn):.3g} to {max(cnn):.3g}, rnn {min(rnn):.3g}" in claim.numbers
    assert ("overlap" in claim.numbers) is (holds is None)
    (few,) = claims({"rnn": outcome("rnn", 0.9, seconds=(9.0,) * 4), "cnn": results["cnn"]})
    assert few.holds is None
    assert few.numbers.endswith("4 timed epochs, 5 are needed: more `--epochs` or `--seeds`")
