"""A record of the last forward; einsum throughout; pairs from a band of positions."""

from dataclasses import dataclass

import numpy as np

from framework.interfaces import Model


def context_pairs(tokens, window):
    tokens = np.asarray(tokens, dtype=np.int64)
    t = np.arange(len(tokens))
    distance = np.abs(t[:, None] - t)
    first, second = np.nonzero((distance > 0) & (distance <= window))
    return tokens[first], tokens[second]


def log_softmax(scores):
    x = scores - scores.max(axis=-1, keepdims=True)
    return x - np.log(np.einsum("...v->...", np.exp(x)))[..., None]


def softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / np.einsum("...v->...", e)[..., None]


def naive_softmax(center, outside_id, outside_vectors):
    scores = np.einsum("vd,d->v", outside_vectors, center)
    delta = softmax(scores) - (np.arange(len(scores)) == outside_id)
    loss = -float(log_softmax(scores)[outside_id])
    d_center = np.einsum("v,vd->d", delta, outside_vectors)
    return loss, d_center, np.einsum("v,d->vd", delta, center)


@dataclass
class _Seen:
    ids: np.ndarray
    vectors: np.ndarray


class SkipGram(Model):
    def __init__(self, vocabulary_size, dimension, *, rng):
        super().__init__()
        for name in ("center_vectors", "outside_vectors"):
            self.add_parameter(name, rng.normal(0.0, 0.1, (vocabulary_size, dimension)))

    def forward(self, center_ids):
        self.seen = _Seen(center_ids, self.parameters["center_vectors"][center_ids])
        return np.einsum("vd,nd->vn", self.parameters["outside_vectors"], self.seen.vectors).T

    def backward(self, grad_scores):
        outside = np.einsum("nv,nd->vd", grad_scores, self.seen.vectors)
        center = np.einsum("nv,vd->nd", grad_scores, self.parameters["outside_vectors"])
        self.gradients["outside_vectors"] += outside
        np.add.at(self.gradients["center_vectors"], self.seen.ids, center)

    def negative_log_likelihood(self, tokens, window):
        centers, outsides = context_pairs(tokens, window)
        v = self.parameters["center_vectors"][centers]
        log_p = log_softmax(np.einsum("nd,vd->nv", v, self.parameters["outside_vectors"]))
        picked = np.take_along_axis(log_p, outsides[:, None], axis=1)
        return -picked.sum().item() / len(tokens)

    def likelihood(self, tokens, window):
        centers, outsides = context_pairs(tokens, window)
        v = self.parameters["center_vectors"][centers]
        p = np.exp(log_softmax(np.einsum("nd,vd->nv", v, self.parameters["outside_vectors"])))
        return np.prod(p[np.arange(len(outsides)), outsides]).item()
