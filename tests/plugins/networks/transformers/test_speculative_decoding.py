"""Speculative decoding with the language models of the course, on the arrays of two backends."""

import numpy as np
import pytest

from framework.data.vocabulary import EOS
from framework.evaluation.sampling import Tempered
from plugins.lectures.languages.agreement import AgreementLanguage

LANGUAGE = AgreementLanguage(longest_span=1)
V = len(LANGUAGE.vocabulary)


@pytest.fixture(params=["numpy", "torch"])
def backend(request, backends):
    if request.param == "torch":
        pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")
    return backends(request.param)


def models(backend):
    """Return an n-gram model of a text, and recurrent networks that have learned nothing."""
    counted = backend.build("add_delta", V, 2, 0.1, kind="language_model")
    text = LANGUAGE.sample(3000, rng=np.random.default_rng(0))
    with backend.in_force():
        counted.fit(backend.arrays.from_numpy(text))
    rng = np.random.default_rng(1)
    networks = (
        backend.build("recurrent_lm", V, 4, 5, kind="language_model", rng=rng),
        backend.build("gated_lm", V, 4, 5, kind="language_model", rng=rng),
        backend.build("window_lm", V, 4, 5, 2, kind="language_model", rng=rng),
    )
    for network in networks:
        network.eval()
    return counted, *networks


def test_any_model_is_a_target_or_a_draft(backend):
    sample, arrays = backend.function("speculative_sample"), backend.arrays
    prefix, length, k = arrays.from_numpy(np.array([EOS, 4])), 17, 3
    for model in models(backend):
        for other in models(backend):
            target, draft = Tempered(model, arrays), Tempered(other, arrays)
            with backend.in_force():
                drawn = sample(target, draft, prefix, length, k, rng=np.random.default_rng(2))
            text = arrays.to_numpy(drawn)
            assert text.shape == (length,) and text.min() >= 0 and text.max() < V
            assert length / (k + 1) <= target.calls <= length
        with backend.in_force():
            target = Tempered(model, arrays)
            sample(target, model, prefix, length, k, rng=np.random.default_rng(2))
        assert target.calls <= length / (k + 1) + 2, "an equal draft"


def test_a_recurrent_network_writes_a_constrained_text(backend):
    """The automaton: the word 4 after each other word."""
    arrays = backend.arrays
    steps = np.full((2, V), -1)
    steps[0], steps[1, 4] = 1, 0
    _, target, draft, _ = models(backend)
    with backend.in_force():
        constrained = backend.function("constrained")(target, arrays.from_numpy(steps))
        drawn = backend.function("speculative_sample")(
            constrained, draft, arrays.from_numpy(np.array([EOS])), 20, 2,
            rng=np.random.default_rng(3),
        )  # fmt: skip
    assert set(arrays.to_numpy(drawn)[::2].tolist()) == {4}


def test_vocabularies_that_differ(backend):
    arrays, rng = backend.arrays, np.random.default_rng(0)
    small, large = (
        backend.build("recurrent_lm", size, 2, 3, kind="language_model", rng=rng) for size in (5, 6)
    )
    prefix = arrays.from_numpy(np.array([1]))
    with backend.in_force(), pytest.raises(ValueError, match="vocabularies have"):
        backend.function("speculative_sample")(large, small, prefix, 5, 2, rng=rng)
    with pytest.raises(ValueError, match="draft_tokens should be at least 1, but is 0"):
        backend.function("speculative_sample")(large, large, prefix, 5, 0, rng=rng)
    table = arrays.from_numpy(np.array([[1, -1], [-1, -1]]))
    with pytest.raises(ValueError, match="allows no word in state 0"):
        backend.function("without_dead_ends")(table)
