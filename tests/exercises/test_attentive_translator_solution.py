"""The translator with attention beside one with a single vector, on the same long sentences."""

import numpy as np
import pytest

from framework.interfaces import Model
from framework.models.conditioned import Conditioned
from framework.models.parts import part
from framework.training.loss_and_optimizers import Adam, SoftmaxCrossEntropy
from plugins.lectures.languages.long_sentences import LongSentences
from solutions.translation.attentive_translator.attentive_translator import (
    END,
    AttentiveTranslator,
    BidirectionalEncoder,
)

#: Phrases of a long sentence, and the number of new ones.
LONG, NEW = 4, 200
#: Steps of training, and the largest number of phrases of their sentences.
PLAN = ((100, 1), (100, 2), (350, LONG))


class OneVectorTranslator(Model):
    """The same encoder; its first annotation is the condition of `conditional_lm`."""

    def __init__(self, source_size, target_size, E, H, *, rng):
        super().__init__()
        encoder = BidirectionalEncoder(source_size, E, H, rng=rng)
        self.encoder = self.add_child("encoder", encoder)
        decoder = part("conditional_lm")(target_size, 2 * H, E, H, "lstm", rng=rng)
        self.decoder = self.add_child("decoder", decoder)

    def forward(self, source, before):
        self.annotations = self.encoder.forward(source)
        return self.decoder.forward(before, self.annotations[:, 0])

    def backward(self, grad_logits):
        grad = np.zeros_like(self.annotations)
        grad[:, 0] = self.decoder.backward(grad_logits)
        self.encoder.backward(grad)

    def translate(self, source, length):
        model = Conditioned(self.decoder, self.encoder.forward(source)[:, 0])
        written = part("greedy")(model, np.full((len(source), 1), END), length)
        ended = np.cumsum(written == END, axis=1) - (written == END)
        return np.where(ended, 0, written)


def exact_match(build):
    """Train a translator as the exercise does; return its score on new sentences of 4 phrases."""
    rng = np.random.default_rng(0)
    language = LongSentences(rng=rng)
    model = build(len(language.source.words), len(language.target.words), 32, 48, rng=rng)
    loss = SoftmaxCrossEntropy()
    for steps, most in PLAN:
        optimizer = Adam(0.007)
        for _ in range(steps):
            pairs = language.encode(language.sample(32, 1, most, rng=rng).pairs, most)
            loss.forward(model.forward(pairs.source, pairs.before), pairs.target)
            model.zero_gradients()
            model.backward(loss.backward())
            optimizer.step(model.parameters, model.gradients)
    new = language.encode(language.sample(NEW, LONG, LONG, rng=rng).pairs, LONG)
    written = model.translate(new.source, new.target.shape[1])
    return float((written == new.target).all(axis=1).mean())


@pytest.mark.slow
def test_one_vector_fails_on_long_sentences():
    """Bahdanau et al. 2015, 2.1 and 5.2.2."""
    assert exact_match(AttentiveTranslator) > 0.65
    assert exact_match(OneVectorTranslator) < 0.05
