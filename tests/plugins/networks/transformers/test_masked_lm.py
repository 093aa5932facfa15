"""A masked language model and a classifier on tensors: the same numbers as the solutions."""

import numpy as np
import pytest

from framework.providers.backends import Backend
from framework.providers.loaded_plugins import Plugins
from solutions.transformers.masked_lm import masked_lm as reference

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

IDS = np.array([[3, 1, 4, 2], [5, 2, 0, 0]])


SIZES = 6, 4, 4, 2, 1
BACKEND = Backend(Plugins().registry, "torch")


def masked_models():
    """Return the model on tensors and the solution, with the same parameters."""
    rng = np.random.default_rng(0)
    model = BACKEND.build("masked_lm", *SIZES, kind="model", rng=rng).astype("float64")
    other = reference.MaskedLM(*SIZES, rng=rng)
    for name, values in model.parameters.items():
        other.parameters[name][...] = values.numpy()
    return model, other


def test_pseudo_perplexity_is_that_of_the_solution():
    model, other = masked_models()
    received = BACKEND.function("pseudo_perplexity")(model, torch.tensor(IDS))
    assert received == pytest.approx(reference.pseudo_perplexity(other, IDS), rel=1e-9)


def test_an_encoder_is_loaded_whole_or_not_at_all():
    rng = np.random.default_rng(2)
    classifier = BACKEND.build("text_classifier", *SIZES, 3, kind="model", rng=rng)
    load_encoder = BACKEND.function("load_encoder")
    classifier.astype("float64")
    before = classifier.parameters["encoder.embedding"].clone()
    given = dict(masked_models()[0].parameters)
    beta = given.pop("encoder.norm.beta")
    wider = given | {"encoder.norm.beta": beta[:1]}
    for wrong, received in ((given, "missing"), (wider, r"\(1,\)")):
        message = rf"'encoder.norm.beta' should be \(4,\), but is {received}"
        with pytest.raises(ValueError, match=message):
            load_encoder(classifier, wrong)
        assert torch.equal(classifier.parameters["encoder.embedding"], before)
    load_encoder(classifier, given | {"encoder.norm.beta": beta})
    assert torch.equal(classifier.parameters["encoder.embedding"], given["encoder.embedding"])
    given["encoder.embedding"] += 1
    assert not torch.equal(classifier.parameters["encoder.embedding"], given["encoder.embedding"])
