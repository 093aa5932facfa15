"""A language whose word endings tell the tags, with the best possible accuracy.

    the tumolaness to kireling and bagiroly to nepovize ...

Content words are a stem, which means nothing, and a suffix, which belongs to one part of speech, or
to two of them. The word before a content word may tell which: ``the`` stands before nouns only, and
``and`` before everything. The stems are divided in two parts, so that a tagger can be measured on
words none of which it has ever seen: all that it can go by is how they end, and what stands before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import product

import numpy as np

from framework.data.characters import Characters
from framework.data.tagged import PartOfSpeechCorpus, TaggedSentence
from framework.data.vocabulary import Vocabulary
from framework.errors import BadInputError
from plugins.lectures.languages.draws import drawn_order, drawn_shares

TAGS = ("ADJ", "ADV", "NOUN", "PARTICLE", "VERB")

#: suffix -> the probabilities of its tags. All are equally frequent; none is the end of another.
SUFFIXES: Mapping[str, Mapping[str, float]] = {
    "ness": {"NOUN": 1.0},
    "tion": {"NOUN": 1.0},
    "ment": {"NOUN": 1.0},
    "ize": {"VERB": 1.0},
    "ify": {"VERB": 1.0},
    "ous": {"ADJ": 1.0},
    "ful": {"ADJ": 1.0},
    "able": {"ADJ": 1.0},
    "ly": {"ADV": 1.0},
    "ward": {"ADV": 1.0},
    "er": {"NOUN": 0.7, "ADJ": 0.3},
    "ing": {"NOUN": 0.4, "VERB": 0.6},
    "ed": {"ADJ": 0.25, "VERB": 0.75},
    "al": {"NOUN": 0.2, "ADJ": 0.8},
}
#: The particle that occurs only before this part of speech, and the filler particle.
BEFORE = {"NOUN": "the", "VERB": "to", "ADJ": "very", "ADV": "quite"}
PLAIN_BEFORE = "and"

#: Syllables of the stems. Suffixes may occur within: "bedali" is not a past tense.
CONSONANTS, VOWELS = "bdgklmnprstv", "aeiou"
#: One of this number of stems is kept for words that do not occur in training.
KEPT = 7


class SuffixTagging:
    """Sentences of `words` content words, each with one particle before it: T = 2 · `words`.

    Args:
        informative: the probability that the particle tells the part of speech.
        words: content words of a sentence.
        rng: draws which suffix and which particle belongs to which part of speech, and the
            probabilities of the suffixes of two of them; None: `SUFFIXES` and `BEFORE`.

    Raises:
        BadInputError: `informative` is no probability, or there are no words.
    """

    def __init__(
        self,
        informative: float = 0.5,
        words: int = 4,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        if not 0 <= informative <= 1 or words < 1:
            raise BadInputError(
                "a language of suffixes needs 0 ≤ informative ≤ 1 and words ≥ 1, "
                f"received {informative} and {words}"
            )
        self.informative = informative
        self.words = words
        shares = (drawn_shares(tags, rng) for tags in SUFFIXES.values())
        self.suffixes = dict(zip(drawn_order(list(SUFFIXES), rng), shares, strict=True))
        names = drawn_order([*BEFORE.values(), PLAIN_BEFORE], rng)
        self.before = dict(zip([*BEFORE, ""], names, strict=True))
        particles = (*BEFORE.values(), PLAIN_BEFORE)
        self.characters = Characters([CONSONANTS, VOWELS, *SUFFIXES, *particles])

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """All stems, of two or three syllables each."""
        syllables = [c + v for c, v in product(CONSONANTS, VOWELS)]
        pairs = ["".join(pair) for pair in product(syllables, repeat=2)]
        return (*pairs, *(pair + syllables[number % 60] for number, pair in enumerate(pairs)))

    def sample(
        self, count: int, *, unseen: bool = False, rng: np.random.Generator
    ) -> list[TaggedSentence]:
        """Draw `count` sentences, whose words with `unseen` have stems that no others have."""
        kept = {number for number in range(len(self.stems)) if number % KEPT == 0}
        stems = [stem for number, stem in enumerate(self.stems) if (number in kept) == unseen]
        return [self._sentence(stems, rng) for _ in range(count)]

    def _sentence(self, stems: list[str], rng: np.random.Generator) -> TaggedSentence:
        words: list[str] = []
        tags: list[str] = []
        for _ in range(self.words):
            suffix = tuple(self.suffixes)[int(rng.integers(len(self.suffixes)))]
            shares = self.suffixes[suffix]
            tag = tuple(shares)[int(rng.choice(len(shares), p=list(shares.values())))]
            told = rng.random() < self.informative
            words += [self.before[tag if told else ""]]
            words += [stems[int(rng.integers(len(stems)))] + suffix]
            tags += ["PARTICLE", tag]
        return TaggedSentence(tuple(words), tuple(tags))

    def best_tags(self, words: Sequence[str], *, in_context: bool) -> list[str]:
        """Return the most probable tags of a sentence, of words alone or in context."""
        told = {particle: tag for tag, particle in self.before.items() if tag}
        tags = []
        for particle, word in zip(words[::2], words[1::2], strict=True):
            shares = next(p for suffix, p in self.suffixes.items() if word.endswith(suffix))
            likelier = max(shares, key=shares.__getitem__)
            tags += ["PARTICLE", told.get(particle, likelier) if in_context else likelier]
        return tags

    def best_accuracy(self, *, in_context: bool) -> float:
        """Return the share of content words that can be tagged right at best, in the long run.

        A word alone gets the likelier tag of its suffix. In context, where the particle before it
        tells the tag, every word is right; where it does not, that is independent of all else.
        """
        alone = float(np.mean([max(shares.values()) for shares in self.suffixes.values()]))
        return self.informative + (1 - self.informative) * alone if in_context else alone


def corpus(sentences: int = 3000, seed: int = 0) -> PartOfSpeechCorpus:
    """Return the corpus ``suffixes``: `sentences` for training, 1/5 held out, 2/5 for the test.

    Half of the other sentences have stems that do not occur in training. Content words that occur
    only once there become ``<unk>``. The best accuracy is that of all words: particles, which
    are every second one, can always be tagged right.
    """
    language, rng = SuffixTagging(), np.random.default_rng(seed)
    train = language.sample(sentences, rng=rng)
    valid, test = (
        [*language.sample(size, rng=rng), *language.sample(size, unseen=True, rng=rng)]
        for size in (sentences // 10, sentences // 5)
    )
    vocabulary = Vocabulary.from_texts((text.words for text in train), minimum_count=2)
    best = (1 + language.best_accuracy(in_context=True)) / 2
    return PartOfSpeechCorpus("suffixes", train, valid, vocabulary, best, test)
