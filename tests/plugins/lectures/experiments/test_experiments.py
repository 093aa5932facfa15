"""Each experiment on small sizes: what is measured, and when a claim holds."""

import numpy as np
import pytest

from framework.errors import BadInputError, UnknownNameError, UsageError
from plugins.lectures.experiments import backpropagation, copying, trigrams
from plugins.lectures.experiments.catalogue import EXPERIMENTS, chosen_experiment
from plugins.lectures.experiments.experiment import Measured, Setting, faster, timed_in_turns


def test_actions_are_timed_in_turns_after_a_first_call(backend):
    called = []
    actions = {name: (lambda name=name: called.append(name)) for name in "ab"}
    measured = timed_in_turns(Setting(backend, repeats=3), actions, calls=2)
    assert called == [*"ab", *"aabb" * 3]
    assert [(item.name, len(item.values), item.unit) for item in measured] == [
        ("a", 3, "s"), ("b", 3, "s"),
    ]  # fmt: skip


@pytest.mark.parametrize(("slow", "holds"), [((3.0,) * 5, True), ((2.0,) * 5, None)])
def test_one_is_faster_if_every_run_is(slow, holds):
    fast = Measured("fast", (1.0, 1.5, 2.0, 1.0, 1.0), "s")
    claim = faster("It is fast.", fast, Measured("slow", slow, "s"))
    assert claim.holds is holds
    assert claim.numbers.startswith("seconds per run: fast 1 to 2, slow ")
    few = faster("It is fast.", Measured("a", (1.0,), "s"), Measured("b", (2.0,), "s"))
    assert few.numbers.endswith("1 timed runs, 5 are needed: more `--repeats`")


def test_an_experiment_is_found_by_its_name():
    assert all(chosen_experiment(name) is item for name, item in EXPERIMENTS.items())
    with pytest.raises(UnknownNameError, match="did you mean 'copying'"):
        chosen_experiment("coping")


def test_both_forms_of_a_gradient_agree(backend):
    rng = np.random.default_rng(0)
    with backend.in_force():
        model = backend.build("window_scorer", 6, 4, rng=rng, kind="model")
    model.parameters["b"][...] = rng.normal(size=4)
    x = rng.normal(size=6)
    model.forward(x[None])
    grad_x = model.backward(np.ones(1))
    parameters = [model.parameters[name].tolist() for name in ("W", "b", "U")]
    *result, of_x = backpropagation.gradients_by_elements(x.tolist(), *parameters)
    for name, gradient in zip(("W", "b", "U"), result, strict=True):
        np.testing.assert_allclose(gradient, model.gradients[name], rtol=1e-12)
    np.testing.assert_allclose([of_x], grad_x, rtol=1e-12)


def test_errors_from_the_top_pass_more_layers(backend, monkeypatch):
    for name, value in {"LAYERS": 3, "CALLS": 1, "INPUTS": 5, "HIDDEN": 2}.items():
        monkeypatch.setattr(backpropagation, name, value)
    with backend.in_force():
        result = backpropagation.run(Setting(backend, repeats=1))
    assert [item.name for item in result.measured] == [
        "in vectors",
        "element by element",
        "errors used again (3 layers)",
        "errors from the top (6 layers)",
    ]
    assert [claim.holds for claim in result.claims] == [None, None]  # one run decides nothing


@pytest.mark.parametrize(("limit", "holds"), [(60, True), (0, False)])
def test_trigrams_of_generated_words(backend, monkeypatch, limit, holds):
    sizes = {"WORDS": 400, "VOCABULARY": 30, "PHRASES": 50, "SECONDS": limit}
    for name, value in sizes.items():
        monkeypatch.setattr(trigrams, name, value)
    result = trigrams.run(Setting(backend, repeats=2))
    values = {item.name: item.values for item in result.measured}
    assert len(values["counting"]) == 2
    assert values["words of the text"] == (401.0,)
    assert 30 < values["different trigrams"][0] < 400
    assert result.claims[0].holds is holds


def test_trigrams_of_a_file(backend, tmp_path):
    file = tmp_path / "text.txt"
    file.write_text("we saw the sea and we saw the sea again", "utf-8")
    result = trigrams.run(Setting(backend, repeats=1, text=file))
    values = {item.name: item.values[0] for item in result.measured}
    assert values["words of the text"] == 10
    assert values["different words"] == 6
    assert values["different trigrams"] == 6  # the sea and, sea and we, and we saw, ...
    assert values["of these, seen once"] == pytest.approx(100 * 4 / 6)


def test_a_text_of_two_words_has_no_trigram(backend, tmp_path):
    with pytest.raises(BadInputError, match=r"missing.txt cannot be read"):
        trigrams.run(Setting(backend, text=tmp_path / "missing.txt"))
    (tmp_path / "short.txt").write_text("two words", "utf-8")
    with pytest.raises(UsageError, match="2 words: a trigram model needs at least 3"):
        trigrams.run(Setting(backend, text=tmp_path / "short.txt"))


def test_a_text_ends_with_its_first_word_and_the_near_one_is_often_right():
    texts = copying.texts(4000, 7, np.random.default_rng(0))
    assert texts.shape == (4000, 12)
    assert (texts[:, 0] == texts[:, -1]).all()
    assert abs((texts[:, 8] == texts[:, -1]).mean() - copying.NEAR) < 0.04
    between = texts[:, 1:8]
    assert between.min() >= copying.OBJECTS
    assert between.max() < copying.VOCABULARY - 2


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_each_layer_is_trained_at_each_distance(monkeypatch, name, backends):
    for constant, value in {"STEPS": 2, "TEST_TEXTS": 20, "FAR": 6}.items():
        monkeypatch.setattr(copying, constant, value)
    backend = backends(name)
    with backend.in_force():
        result = copying.run(Setting(backend, repeats=2))
    expected = [f"{layer}, {words} words between" for words in (5, 6) for layer in copying.LAYERS]
    assert [item.name for item in result.measured] == expected
    assert all(0 <= value <= 100 for item in result.measured for value in item.values)
    assert len(result.claims) == 2 + 3


def told(**far):
    """What is said if layers have these accuracies at the large distance; all are right nearby."""
    results = {(layer, copying.NEAR_BY): (1.0, 1.0) for layer in copying.LAYERS}
    results |= {(layer, copying.FAR): (0.6, 0.6) for layer in copying.LAYERS}
    results |= {(layer, copying.FAR): values for layer, values in far.items()}
    return [claim.holds for claim in copying.claims(results)]


def test_an_rnn_that_uses_the_near_hint_alone():
    assert told() == [True, True, None, None, None]
    assert told(rnn=(0.6, 0.7))[1] is False


def test_a_layer_is_better_or_worse_by_more_than_chance():
    assert told(gru=(0.9, 1.0))[2:] == [True, None, None]
    assert told(gru=(0.2, 0.3), lstm=(0.3, 1.0))[2:] == [False, None, None]
    assert told(lstm=(1.0,))[3] is None
