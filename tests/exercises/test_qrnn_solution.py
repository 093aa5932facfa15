"""The QRNN at work as a language model (lecture 11, 5.2 and 5.4)."""

import numpy as np

from framework.evaluation.metrics import language_model_perplexity
from framework.interfaces import NumpyArrays
from framework.models.parts import parts_from
from framework.training.loops import language_model_steps
from plugins.lectures.languages.agreement import AgreementLanguage
from solutions.convolution.qrnn.qrnn import QRNN
from solutions.gated_rnns.stacked.stacked import Stacked
from solutions.language_models.rnn_lm.rnn_lm import RecurrentLM
from solutions.neural_networks.losses.losses import SoftmaxCrossEntropy
from solutions.neural_networks.neuron.neuron import sigmoid
from solutions.neural_networks.optimizers.optimizers import Adam


def language_model(V, E, H, cell):
    with parts_from({"cell": cell, "sigmoid_function": sigmoid}.__getitem__):
        return RecurrentLM(V, E, H, "cell", rng=np.random.default_rng(0))


def perplexity_ratio(cell, language, seed=2):
    """The perplexity of a trained model on held-out text, divided by the best possible one."""
    rng = np.random.default_rng(seed)
    train, test = language.sample(20_000, rng=rng), language.sample(4_000, rng=rng)
    model = language_model(len(language.vocabulary), 16, 32, cell)
    list(language_model_steps(
        model, train, loss=SoftmaxCrossEntropy(), optimizer=Adam(0.01), arrays=NumpyArrays(),
        batch_size=16, unroll=20, epochs=12, clip=5.0,
    ))  # fmt: skip
    log_p = language.automaton.log_probabilities(language.vocabulary.decode(test))
    result = language_model_perplexity(model, test, arrays=NumpyArrays(), batch_size=16)
    return result / np.exp(-log_p[1:].mean())


def test_what_one_layer_of_width_2_cannot_remember():
    """Lecture 11, 5.4: a QRNN needs depth (or width) where an LSTM needs none.

    The verb agrees with the first noun. In "the keys near the cabinet" both nouns stand behind
    "the": a gate that sees two inputs cannot keep one and drop the other, as it does not know what
    is remembered already. One that sees three, or the states of a layer below, can.
    """
    language = AgreementLanguage(longest_span=4, continuation=0.7)
    narrow = perplexity_ratio(lambda D, H, rng: QRNN(D, H, 2, rng=rng), language)
    wide = perplexity_ratio(lambda D, H, rng: QRNN(D, H, 3, rng=rng), language)
    deep = perplexity_ratio(
        lambda D, H, rng: Stacked([QRNN(D, H, 2, rng=rng), QRNN(H, H, 2, rng=rng)]), language
    )
    assert narrow > 1.07
    assert wide < 1.06
    assert deep < 1.06
