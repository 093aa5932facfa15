"""Sentences in which the words on both sides tell what a word is, with known entropy.

    neither old cat nor dog sleeps

A conjunction and its partner tell each other. Both nouns are of one kind, and so is the verb. A
model that reads from left to right knows neither the conjunction nor the kind of the first noun.

    see small cat

In such a plain sentence nothing tells the kind of the noun: only the other sentences do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice, pairwise

import numpy as np

from framework.data.batching import pad
from framework.data.vocabulary import EOS, PAD, SPECIAL, Ids
from framework.errors import BadInputError
from framework.interfaces import Array
from plugins.lectures.languages.automaton import Automaton, Transition
from plugins.lectures.languages.draws import drawn_near, drawn_order, drawn_vocabulary
from plugins.lectures.languages.forward_backward import ForwardBackward

CONJUNCTIONS = (
    ("either", "or"), ("neither", "nor"), ("both", "and"), ("from", "to"),
    ("if", "then"), ("not", "but"), ("such", "that"), ("rather", "than"),
)  # fmt: skip
ANIMALS = (
    "cat", "dog", "horse", "bird", "fish", "frog", "goose", "sheep", "goat", "wolf", "bear",
    "mouse", "snake", "crow", "owl", "duck", "fox", "hare", "seal", "whale", "bee", "ant", "moth",
    "crab", "deer", "mole", "swan", "toad", "lion", "tiger", "camel", "pony",
)  # fmt: skip
THINGS = (
    "cup", "bowl", "knife", "spoon", "lamp", "chair", "table", "clock", "door", "window", "book",
    "pen", "box", "bag", "coat", "shoe", "hat", "ring", "rope", "nail", "hammer", "saw", "wheel",
    "boat", "cart", "bell", "drum", "flute", "coin", "key", "lock", "brush",
)  # fmt: skip
#: The verbs of each kind of noun.
VERBS = (("sleeps", "eats"), ("rusts", "breaks"))
ADJECTIVES = ("old", "small", "black")
PLAIN, END = "see", SPECIAL[EOS]
#: Adjectives before a noun, at most; and the probability of a further one.
MOST, FURTHER = 2, 0.3
#: Words of a sentence, at most.
LONGEST = 5 + 2 * MOST
#: Sentences that are drawn at once.
BLOCK = 100


class CorrelativeLanguage:
    """Sentences ``CONJUNCTION ADJECTIVE* NOUN PARTNER ADJECTIVE* NOUN VERB``, one in each text.

    Args:
        nouns: their number; half of them are of each kind.
        plain: the share of sentences ``see ADJECTIVE* NOUN``.
        rng: draws the ids of the words, the kinds of the nouns and, near its usual value, the
            probability of a further adjective; None: the kinds are animals and things.

    Attributes:
        kinds: noun -> its kind, 0 or 1.

    Raises:
        BadInputError: an odd number of nouns, too many of them, or `plain` is not in [0, 1).
    """

    def __init__(
        self, nouns: int = 16, plain: float = 0.2, *, rng: np.random.Generator | None = None
    ) -> None:
        half, most = nouns // 2, 2 * len(ANIMALS)
        if nouns % 2 or not 2 <= nouns <= most or not 0 <= plain < 1:
            raise BadInputError(
                f"the language needs an even number of nouns from 2 to {most} and 0 ≤ plain < 1, "
                f"received {nouns} and {plain}"
            )
        drawn = drawn_order((*ANIMALS[:half], *THINGS[:half]), rng)
        self.kinds = {noun: i // half for i, noun in enumerate(drawn)}
        self._further = drawn_near(FURTHER, rng)
        self.automaton = Automaton(self._transitions(plain), start="sentence")
        self.vocabulary = drawn_vocabulary(self.automaton.words, rng)
        self._both_sides = ForwardBackward(self.automaton, self.vocabulary.words, end="end")

    @cached_property
    def best_perplexity(self) -> float:
        """Lowest perplexity, in the long run, of a model that reads from left to right."""
        automaton = self.automaton
        ends = automaton.stationary()[automaton.states.index("end")]
        return float(np.exp(automaton.entropy_rate() / (1 - ends)))  # an end has entropy 0

    def sample(self, count: int, *, rng: np.random.Generator) -> Ids:
        """Draw `count` sentences: ids `(count, LONGEST)`, padded with `PAD`."""
        return self._encoded(islice(self._sentences(rng), count))

    def labelled(self, count: int, *, rng: np.random.Generator) -> tuple[Ids, Ids]:
        """Draw `count` plain sentences.

        Returns:
            ids `(count, LONGEST)`, padded with `PAD`, and the kinds of the nouns `(count,)`.
        """
        plain = (words for words in self._sentences(rng) if words[0] == PLAIN)
        sentences = list(islice(plain, count))
        kinds = [self.kinds[words[-1]] for words in sentences]
        return self._encoded(sentences), np.array(kinds, dtype=np.int64)

    def best_accuracy_from_labels(self, texts: Ids) -> float:
        """Return the best average accuracy of a classifier that knows `texts` alone.

        It is that of `labelled` sentences, where the kinds of the nouns of `texts` are known. Each
        half of the nouns is equally probable to be of kind 0: a noun that is not in `texts` is
        probably of the kind that has more nouns left.
        """
        seen = set(self.vocabulary.decode(texts.ravel())) & set(self.kinds)
        left = np.bincount([kind for noun, kind in self.kinds.items() if noun not in seen])
        return (len(seen) + int(left.max(initial=0))) / len(self.kinds)

    def log_probabilities(self, texts: Ids) -> Array:
        """Return log P of each word given those before it, `(count, T)` nats; 0 at padding."""
        return self._of_words(texts, self.automaton.log_probabilities)

    def log_probabilities_from_both_sides(self, texts: Ids) -> Array:
        """Return log P of each word given all others, `(count, T)` nats; 0 at padding."""

        def of_words(words: Sequence[str]) -> Array:
            ids = self.vocabulary.encode(words)[:, None]
            p = np.take_along_axis(self._both_sides.distributions(words), ids, axis=1)
            return np.asarray(np.log(p[:, 0]))

        return self._of_words(texts, of_words)

    def _of_words(self, texts: Ids, of_words: Callable[[Sequence[str]], Array]) -> Array:
        log_p = np.zeros(texts.shape)
        for row, text in zip(log_p, texts, strict=True):
            words = self.vocabulary.decode(text[text != PAD])
            row[: len(words)] = of_words(words)
        return log_p

    def _sentences(self, rng: np.random.Generator) -> Iterator[list[str]]:
        """Yield sentences without their ends, endlessly."""
        while True:
            words = self.automaton.sample(BLOCK * (LONGEST + 1), rng=rng)
            ends = [i for i, word in enumerate(words) if word == END][:BLOCK]
            for start, end in pairwise([-1, *ends]):
                yield words[start + 1 : end]

    def _encoded(self, sentences: Iterable[Sequence[str]]) -> Ids:
        ids = pad([self.vocabulary.encode(words) for words in sentences])
        return np.pad(ids, ((0, 0), (0, LONGEST - ids.shape[1])), constant_values=PAD)

    def _transitions(self, plain: float) -> Iterator[Transition]:
        """Yield all. A state remembers the conjunction, then the kind, and counts adjectives."""
        if plain:
            yield Transition("sentence", PLAIN, plain, _before_noun(PLAIN, 0))
            yield from self._noun_phrase(PLAIN, dict.fromkeys(self.kinds, "end"))
        for opening, partner in CONJUNCTIONS:
            first = (1 - plain) / len(CONJUNCTIONS)
            yield Transition("sentence", opening, first, _before_noun(opening, 0))
            after = {noun: f"{opening}, {kind}" for noun, kind in self.kinds.items()}
            yield from self._noun_phrase(opening, after)
            for kind in (0, 1):
                yield Transition(f"{opening}, {kind}", partner, 1.0, _before_noun(f"{kind}", 0))
        for kind, verbs in enumerate(VERBS):
            nouns = [noun for noun, of_noun in self.kinds.items() if of_noun == kind]
            yield from self._noun_phrase(f"{kind}", dict.fromkeys(nouns, f"verb {kind}"))
            for verb in verbs:
                yield Transition(f"verb {kind}", verb, 1 / len(verbs), "end")
        yield Transition("end", END, 1.0, "sentence")

    def _noun_phrase(self, name: str, after: Mapping[str, str]) -> Iterator[Transition]:
        """Yield adjectives and a noun, each equally probable; `after`: noun -> the next state."""
        for count in range(MOST + 1):
            further = self._further if count < MOST else 0.0
            for adjective in ADJECTIVES[: len(ADJECTIVES) * (count < MOST)]:
                p = further / len(ADJECTIVES)
                yield Transition(
                    _before_noun(name, count), adjective, p, _before_noun(name, count + 1)
                )
            for noun, target in after.items():
                p = (1 - further) / len(after)
                yield Transition(_before_noun(name, count), noun, p, target)


def _before_noun(name: str, adjectives: int) -> str:
    return f"{name}, {adjectives} adjectives"
