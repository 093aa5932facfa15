"""A language of subject-verb agreement across distractors, with known entropy.

    the keys near the cabinet of the author are here </s>

The verb agrees with the *first* noun; each of the nouns between them is a distractor of either
number. Predicting the verb needs a memory of the subject over the whole span (Linzen et al. 2016,
*Assessing the Ability of LSTMs to Learn Syntax-Sensitive Dependencies*; lecture 7).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np

from framework.data.corpus import Corpus
from framework.data.vocabulary import EOS, SPECIAL, Ids
from framework.errors import BadInputError
from framework.interfaces import Array
from plugins.lectures.languages.automaton import Automaton, Transition
from plugins.lectures.languages.draws import drawn_near, drawn_vocabulary

#: singular and plural of each noun and verb, the frequent ones first
NOUNS = (
    ("key", "keys"),
    ("author", "authors"),
    ("cabinet", "cabinets"),
    ("teacher", "teachers"),
    ("picture", "pictures"),
    ("farmer", "farmers"),
    ("garden", "gardens"),
    ("pilot", "pilots"),
)
VERBS = (("is", "are"), ("was", "were"), ("seems", "seem"))
#: every form of a noun; every form of a verb -> its form of the other number
NOUN_FORMS = frozenset(form for pair in NOUNS for form in pair)
OTHER_FORM = dict(VERBS) | {plural: singular for singular, plural in VERBS}
PREPOSITIONS = ("of", "near", "behind", "with")
PREDICATES = ("here", "old", "famous", "quiet")
NUMBERS = ("singular", "plural")

END = SPECIAL[EOS]


class AgreementLanguage:
    """Sentences ``the NOUN (PREPOSITION the NOUN)* VERB PREDICATE </s>``, one after the other.

    Args:
        longest_span: maximum number of distractors between subject and verb.
        continuation: probability of a further distractor, as long as there is room.
        rng: draws the ids of the words and, near their usual values, all probabilities; None: the
            language of the built-in corpus.

    Raises:
        BadInputError: `longest_span` is negative or `continuation` not in (0, 1).
    """

    def __init__(
        self,
        longest_span: int = 4,
        continuation: float = 0.5,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        if longest_span < 0 or not 0 < continuation < 1:
            raise BadInputError(
                "an agreement language needs longest_span ≥ 0 and 0 < continuation < 1, "
                f"received {longest_span} and {continuation}"
            )
        transitions = _Grammar(longest_span, continuation, rng).transitions()
        self.automaton = Automaton(transitions, start="sentence")
        self.vocabulary = drawn_vocabulary(self.automaton.words, rng)

    @cached_property
    def best_perplexity(self) -> float:
        """exp of the entropy rate: no language model does better in the long run."""
        return float(np.exp(self.automaton.entropy_rate()))

    def sample(self, length: int, *, rng: np.random.Generator) -> Ids:
        """Return a text of `length` tokens that starts with a sentence: `(length,)` ids."""
        return self.vocabulary.encode(self.automaton.sample(length, rng=rng))

    def sample_texts(self, count: int, length: int, *, rng: np.random.Generator) -> Ids:
        """Draw `count` independent texts, each an end of sentence and `length` tokens after it.

        Returns:
            ids `(count, 1 + length)`.
        """
        texts = [np.append(EOS, self.sample(length, rng=rng)) for _ in range(count)]
        return np.stack(texts)

    def log_probabilities(self, texts: Ids) -> Array:
        """log p of each token of `texts`, as `sample_texts` draws them, but for the first.

        Returns:
            `(count, length)`, in nats.
        """
        words = [self.vocabulary.decode(text) for text in texts[:, 1:]]
        return np.stack([self.automaton.log_probabilities(text) for text in words])


def corpus() -> Corpus:
    """Return the built-in corpus ``agreement``: always the same text, after an end of sentence."""
    language = AgreementLanguage()
    rng = np.random.default_rng(0)
    # So much held out, because the best perplexity holds in the long run alone: on 10,000 tokens
    # the language itself is off by 0.5 % (one standard deviation), on 50,000 by 0.2 %.
    train, valid = (np.append(EOS, language.sample(n, rng=rng)) for n in (200_000, 50_000))
    return Corpus("agreement", train, valid, language.vocabulary, language.best_perplexity)


class _Grammar:
    """The transitions of a language, and the probabilities that they have.

    Args:
        rng: draws the probabilities; None: the usual ones.
    """

    def __init__(
        self, longest_span: int, continuation: float, rng: np.random.Generator | None
    ) -> None:
        self.longest_span = longest_span
        self.continuation = drawn_near(continuation, rng)
        plural = drawn_near(0.5, rng)
        self.numbers = dict(zip(NUMBERS, (1 - plural, plural), strict=True))
        self.exponent = 2 * drawn_near(0.5, rng)

    def transitions(self) -> Iterator[Transition]:
        """Yield all. After the subject, a state remembers its number and the span so far."""
        yield Transition("sentence", "the", 1.0, "subject")
        for number, share in self.numbers.items():
            for word, p in self._forms(NOUNS, number).items():
                yield Transition("subject", word, p * share, _after_noun(number, 0))
            for span in range(self.longest_span + 1):
                more = self.continuation if span < self.longest_span else 0.0
                yield from self._verb(number, span, 1 - more)
                if more:
                    yield from self._distractor(number, span, more)
        for word, p in self._zipf(PREDICATES).items():
            yield Transition("predicate", word, p, "end")
        yield Transition("end", END, 1.0, "sentence")

    def _verb(self, number: str, span: int, probability: float) -> Iterator[Transition]:
        for word, p in self._forms(VERBS, number).items():
            yield Transition(_after_noun(number, span), word, probability * p, "predicate")

    def _distractor(self, number: str, span: int, probability: float) -> Iterator[Transition]:
        """Yield those of a preposition, ``the``, and a noun: the subject's number is kept."""
        state = _after_noun(number, span)
        preposition, article = f"{state}, preposition", f"{state}, preposition, the"
        for word, p in self._zipf(PREPOSITIONS).items():
            yield Transition(state, word, probability * p, preposition)
        yield Transition(preposition, "the", 1.0, article)
        for either, share in self.numbers.items():
            for word, p in self._forms(NOUNS, either).items():
                yield Transition(article, word, p * share, _after_noun(number, span + 1))

    def _forms(self, pairs: Sequence[tuple[str, str]], number: str) -> Mapping[str, float]:
        return self._zipf([pair[NUMBERS.index(number)] for pair in pairs])

    def _zipf(self, words: Sequence[str]) -> dict[str, float]:
        """Probabilities that fall as 1/rank^exponent, as word frequencies do."""
        weights = [rank**-self.exponent for rank in range(1, len(words) + 1)]
        return {word: weight / sum(weights) for word, weight in zip(words, weights, strict=True)}


def _after_noun(number: str, span: int) -> str:
    return f"{number} subject, {span} distractors"
