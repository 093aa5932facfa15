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
    found = claims({outcome.name: outcome for outcome in outcomes})
    return {" ".join(claim.text.split()[:3]): claim.holds for claim in found}


def test_claims_are_about_families_that_were_trained():
    assert said(outcome("cnn", 0.9)) == {}
    assert list(said(outcome("cnn", 0.9), outcome("rnn", 0.9))) == ["An RNN is"]
    for last, is_worse in ((0.6, True), (0.9, False)):
        assert said(outcome("rnn_last", last), outcome("rnn", 0.9))["An RNN of"] is is_worse


@pytest.mark.parametrize(("bag", "is_good"), [(0.95, True), (0.80, False)])
def test_a_good_baseline_is_near_the_best_family(bag, is_good):
    assert said(outcome("bag", bag), outcome("cnn", 0.97))["A bag of"] is is_good


@pytest.mark.parametrize(("accuracy", "holds"), [(0.72, True), (0.74, True), (0.80, False)])
def test_a_limit_may_be_exceeded_by_chance_alone(accuracy, holds):
    (_, blind) = claims({"bag": outcome("bag", accuracy, best=0.72)})
    assert blind.holds is holds
    assert "72.00% right" in blind.text
    assert blind.numbers.startswith(f"bag {accuracy:.2%}, ± 2.")


@pytest.mark.parametrize(
    ("one", "other", "is_local"), [(0.80, 0.82, True), (0.80, 0.9, False), (0.9, 1.0, False)]
)
def test_differences_within_chance_are_none(one, other, is_local):
    assert said(outcome("window", one), outcome("rnn", other))["Windows are enough"] is is_local


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


def test_a_difference_between_trainings_that_vary_much_is_chance():
    varying = outcome("window", (0.6, 0.9, 0.75))
    steady = outcome("window", (0.75, 0.75, 0.75))
    rnn = outcome("rnn", (0.85, 0.85, 0.85))
    assert said(varying, rnn)["Windows are enough"]
    assert not said(steady, rnn)["Windows are enough"]


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
    found = {"rnn": outcome("rnn", 0.9, seconds=rnn), "cnn": outcome("cnn", 0.9, seconds=cnn)}
    (claim,) = claims(found)
    assert claim.holds is holds
    assert f"cnn {min(cnn):.3g} to {max(cnn):.3g}, rnn {min(rnn):.3g}" in claim.numbers
    assert ("overlap" in claim.numbers) is (holds is None)
    (few,) = claims({"rnn": outcome("rnn", 0.9, seconds=(9.0,) * 4), "cnn": found["cnn"]})
    assert few.holds is None
    assert few.numbers.endswith("4 timed epochs, 5 are needed: more `--epochs` or `--seeds`")


def test_a_qrnn_may_be_near_an_rnn_and_behind_an_lstm():
    found = said(outcome("qrnn", 0.93), outcome("rnn", 0.97), outcome("lstm", 0.98, seconds=3.0))
    assert found == {"A QRNN comes": True, "A QRNN is": True}  # the last one: faster
    worse = list(claims({"qrnn": outcome("qrnn", 0.93), "lstm": outcome("lstm", 0.98)}))
    assert [claim.holds for claim in worse] == [False, None]


@pytest.mark.parametrize("accuracy", [0.8, 0.9])
def test_a_transformer_is_compared_with_an_rnn_and_with_a_window(accuracy):
    transformer = outcome("transformer", accuracy, seconds=2.0)
    rnn, window = outcome("rnn", 0.9), outcome("window", 0.8)
    is_as_good = accuracy == 0.9
    assert said(transformer, rnn) == {"Attention needs no": is_as_good, "A transformer is": False}
    assert said(transformer, window) == {"A transformer sees": is_as_good}


@pytest.mark.parametrize(
    ("gru", "lstm", "neither"), [(0.93, 0.93, True), (0.97, 0.90, False), (0.90, 0.97, False)]
)
def test_a_gru_is_faster_and_neither_gated_layer_is_better_within_chance(gru, lstm, neither):
    found = said(outcome("gru", gru, seconds=2.0), outcome("lstm", lstm, seconds=3.0))
    assert found == {"A GRU is": True, "Neither GRU nor": neither}
