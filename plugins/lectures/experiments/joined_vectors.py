"""A tagger that reads word vectors, vectors from characters, or both joined.

The output layer is a convolution over words. Over joined vectors it is the sum of a convolution
over each kind: [v, w] W = v W_1 + w W_2.

Source: CS224n lecture 11, section 3.9; dos Santos and Zadrozny (2014), sections 2.1 to 2.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from framework.data.tagged import TaggedSentence
from framework.data.vocabulary import Ids
from framework.interfaces import Array, Model
from framework.training.loops import LossLearner, example_batches
from plugins.lectures.experiments.experiment import Findings, Measured, Setting, higher
from plugins.lectures.experiments.layered import Layered
from plugins.lectures.languages.suffix_tagging import TAGS, SuffixTagging

#: What the taggers read -> word vectors, vectors from characters.
INPUTS = {"words": (True, False), "characters": (False, True), "both, joined": (True, True)}
#: Sentences to learn from and of each test; words of a sentence with no particle.
TRAIN, TEST, WORDS = 400, 250, 4
WORD_SIZE, CHARACTER_SIZE, MAPS, WIDTH = 16, 8, 8, 3
EPOCHS, BATCH_SIZE, RATE = 6, 20, 0.01


@dataclass(frozen=True)
class Sentences:
    """Sentences of T words.

    Attributes:
        words: each word as a one-hot vector `(N, T, V)`; the first place is for unknown words.
        characters: `(N, T, L)` ids.
        tags: `(N, T)` ids.
    """

    words: Array
    characters: Ids
    tags: Ids


class JoinedTagger(Model):
    """Scores of tags from the vectors of a word and of its neighbours.

    Args:
        vocabulary: the number of words with a vector, the unknown one included; 0: none.
        characters: the number of characters; 0: the tagger reads none.
        rng: draws the initial weights.
    """

    def __init__(
        self, setting: Setting, vocabulary: int, characters: int, *, rng: np.random.Generator
    ) -> None:
        super().__init__()
        build = setting.backend.build
        self.of_words: Any = None
        self.of_characters: Any = None
        if vocabulary:
            vectors = build("affine", vocabulary, WORD_SIZE, rng=rng, kind="model")
            output = _output(setting, WORD_SIZE, rng)
            self.of_words = self.add_child("words", Layered([vectors, output]))
        if characters:
            sizes = (characters, CHARACTER_SIZE, MAPS)
            encoder: Any = build("character_word_encoder", *sizes, rng=rng, kind="model")
            output = _output(setting, encoder.size, rng)
            self.of_characters = self.add_child("characters", Layered([encoder, output]))

    def forward(self, words: Any, characters: Any) -> Any:
        """Return the scores `(N, T, C)`."""
        inputs = ((self.of_words, words), (self.of_characters, characters))
        scores = [part.forward(x) for part, x in inputs if part is not None]
        return scores[0] if len(scores) == 1 else scores[0] + scores[1]

    def backward(self, grad_output: Any) -> None:
        """Add the gradients of both parts: both terms of a sum get its gradient."""
        for part in (self.of_words, self.of_characters):
            if part is not None:
                part.backward(grad_output)


def _output(setting: Setting, size: int, rng: np.random.Generator) -> Any:
    sizes = (size, len(TAGS), WIDTH)
    return setting.backend.build("conv1d", *sizes, padding=WIDTH // 2, rng=rng, kind="model")


def run(setting: Setting) -> Findings:
    """Train each tagger on the same sentences; test on new ones, and on stems never seen."""
    rows = [_accuracies(setting, rng) for rng in setting.generators()]
    columns = zip(*rows, strict=True)
    names = [f"{kind}, {test}" for kind in INPUTS for test in ("new sentences", "unseen stems")]
    measured = [
        Measured(name, tuple(values), "%") for name, values in zip(names, columns, strict=True)
    ]
    by_name = dict(zip(names, measured, strict=True))
    new = [by_name[f"{kind}, new sentences"] for kind in INPUTS]
    return Findings(
        tuple(measured),
        (
            higher("Joined vectors are better than word vectors alone.", new[2], new[0]),
            higher("Joined vectors are better than those of characters alone.", new[2], new[1]),
        ),
    )


def _accuracies(setting: Setting, rng: np.random.Generator) -> list[float]:
    """Return the accuracies of each tagger on both tests, of the words with a suffix."""
    language = SuffixTagging(words=WORDS)
    drawn = [language.sample(TRAIN, rng=rng), language.sample(TEST, rng=rng)]
    drawn.append(language.sample(TEST, unseen=True, rng=rng))
    words = sorted({word for sentence in drawn[0] for word in sentence.words})
    train, *tests = (encoded(sentences, words, language) for sentences in drawn)
    seed = int(rng.integers(2**31))
    accuracies: list[float] = []
    for with_words, with_characters in INPUTS.values():
        weights = setting.backend.arrays.generator(seed)
        sizes = (len(words) + 1) * with_words, len(language.characters) * with_characters
        model = JoinedTagger(setting, *sizes, rng=weights)
        _train(setting, model, train, weights)
        accuracies += [_accuracy(setting, model, test) for test in tests]
    return accuracies


def encoded(
    sentences: Sequence[TaggedSentence], words: Sequence[str], language: SuffixTagging
) -> Sentences:
    """Return what a tagger reads; a word that is not one of `words` is unknown."""
    places = {word: number for number, word in enumerate(words, start=1)}
    ids = np.array([[places.get(word, 0) for word in sentence.words] for sentence in sentences])
    tags = np.array([[TAGS.index(tag) for tag in sentence.tags] for sentence in sentences])
    characters = language.characters.encode_sentences([sentence.words for sentence in sentences])
    return Sentences(np.eye(len(words) + 1)[ids], characters, tags)


def _train(setting: Setting, model: Model, train: Sentences, rng: np.random.Generator) -> None:
    build = setting.backend.build
    loss, adam = build("softmax_cross_entropy", kind="loss"), build("adam", RATE, kind="optimizer")
    learner = LossLearner(model, loss, adam, setting.backend.arrays)
    inputs = (train.words, train.characters)
    for _ in range(EPOCHS):
        for batch in example_batches(inputs, train.tags, BATCH_SIZE, rng=rng)[1]:
            learner.step(batch)


def _accuracy(setting: Setting, model: Model, test: Sentences) -> float:
    arrays = setting.backend.arrays
    inputs = (arrays.from_numpy(test.words), arrays.from_numpy(test.characters))
    scores = arrays.to_numpy(model.forward(*inputs))
    right = scores.argmax(axis=-1) == test.tags
    return 100 * float(right[:, 1::2].mean())  # every second word is a particle
