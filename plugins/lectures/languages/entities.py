"""A language of named entities for which the best possible F1 is known.

    yesterday we saw mr jordan again , officials reported from jordan valley ...

A mention is a name, sometimes with a second word, between two words of context. Some names have
several types. What tells them apart, if anything, is at most two words away: a title before, a verb
after, the second word of the name. Where nothing does, the likelier type of the name is the best
guess, and how often that is right is a sum over all mentions that there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from framework.data.tagged import TaggedCorpus, TaggedSentence
from framework.errors import BadInputError
from plugins.lectures.languages.draws import drawn_shares, drawn_vocabulary

#: name -> the probabilities of its types.
NAMES: Mapping[str, Mapping[str, float]] = {
    "maria": {"PER": 1.0},
    "ivan": {"PER": 1.0},
    "aisha": {"PER": 1.0},
    "kenji": {"PER": 1.0},
    "oslo": {"LOC": 1.0},
    "lima": {"LOC": 1.0},
    "kyoto": {"LOC": 1.0},
    "unesco": {"ORG": 1.0},
    "toyota": {"ORG": 1.0},
    "oxfam": {"ORG": 1.0},
    "jordan": {"PER": 0.3, "LOC": 0.7},
    "lincoln": {"PER": 0.6, "LOC": 0.4},
    "florence": {"PER": 0.35, "LOC": 0.65},
    "ford": {"PER": 0.25, "ORG": 0.75},
    "hilton": {"PER": 0.4, "ORG": 0.6},
    "santander": {"LOC": 0.45, "ORG": 0.55},
    "washington": {"PER": 0.2, "LOC": 0.6, "ORG": 0.2},
}
#: type -> words before, second words, and words after a mention that only this type has.
BEFORE = {
    "PER": ("mr", "dr", "uncle"),
    "LOC": ("in", "near", "from"),
    "ORG": ("joined", "sued", "advises"),
}
SECOND = {
    "PER": ("smith", "garcia", "kim"),
    "LOC": ("valley", "bay", "harbour"),
    "ORG": ("group", "motors", "bank"),
}
AFTER = {
    "PER": ("laughed", "slept", "sang"),
    "LOC": ("province", "streets", "hills"),
    "ORG": ("shares", "employees", "profits"),
}
#: Every word that only one type has -> the type; those of them that belong to a name.
TELLING = {
    word: kind
    for table in (BEFORE, SECOND, AFTER)
    for kind, words in table.items()
    for word in words
}
SECOND_WORDS = frozenset(word for words in SECOND.values() for word in words)
#: Filler words before and after a mention.
PLAIN_BEFORE = ("saw", "about", "with", "and")
PLAIN_AFTER = ("again", "today", "too", "however")
#: Words between mentions.
FILLERS = ("the", "old", "report", "said", "little", "of", "it", "yesterday", "many", "people")
#: The probability that a mention has a second word.
SECOND_WORD = 0.25


@dataclass(frozen=True)
class Mention:
    """A name with the words around it that depend on its type.

    Attributes:
        name: its first word.
        type: its type.
        telling: whether the word before, the second word (None: there is none) and the word after
            are of the type's own.
        probability: of all this together.
    """

    name: str
    type: str
    informative: tuple[bool, bool, bool]
    probability: float


class EntityLanguage:
    """Sentences of `mentions` mentions, with fillers between them.

    Args:
        informative: the probability that the word before a mention tells its type, and the same,
            independently, for the word after it.
        mentions: per sentence.
        rng: draws the ids of the words and, near their usual values, the probabilities of the
            types of a name; None: the language of the built-in corpus.

    Raises:
        BadInputError: `informative` is no probability, or there are no mentions.
    """

    def __init__(
        self,
        informative: float = 0.5,
        mentions: int = 3,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        if not 0 <= informative <= 1 or mentions < 1:
            raise BadInputError(
                "a language of entities needs 0 ≤ informative ≤ 1 and mentions ≥ 1, "
                f"received {informative} and {mentions}"
            )
        self.informative = informative
        self.mentions = mentions
        self.names = {name: drawn_shares(types, rng) for name, types in NAMES.items()}
        words = {*NAMES, *PLAIN_BEFORE, *PLAIN_AFTER, *FILLERS}
        for table in (BEFORE, SECOND, AFTER):
            words.update(*table.values())
        self.vocabulary = drawn_vocabulary(sorted(words), rng)

    def sample(self, count: int, *, rng: np.random.Generator) -> list[TaggedSentence]:
        """Draw `count` sentences, tagged in IOB2."""
        return [self._sentence(rng) for _ in range(count)]

    def _sentence(self, rng: np.random.Generator) -> TaggedSentence:
        words: list[str] = []
        tags: list[str] = []
        for _ in range(self.mentions):
            fillers = [_one_of(FILLERS, rng) for _ in range(rng.integers(2, 5))]
            words += fillers
            tags += ["O"] * len(fillers)
            self._add_mention(words, tags, rng)
        return TaggedSentence(tuple(words), tuple(tags))

    def _add_mention(self, words: list[str], tags: list[str], rng: np.random.Generator) -> None:
        mention = self.all_mentions[int(self._shares.searchsorted(rng.random(), side="right"))]
        kind, (before, second, after) = mention.type, mention.informative
        words += [_one_of(BEFORE[kind] if before else PLAIN_BEFORE, rng), mention.name]
        tags += ["O", f"B-{kind}"]
        if second:
            words.append(_one_of(SECOND[kind], rng))
            tags.append(f"I-{kind}")
        words.append(_one_of(AFTER[kind] if after else PLAIN_AFTER, rng))
        tags.append("O")

    def best_tags(self, words: Sequence[str]) -> list[str]:
        """Return the most probable tag of each word of a sentence."""
        tags = ["O"] * len(words)
        for position, word in enumerate(words):
            if word in self.names:
                second = words[position + 1] in SECOND_WORDS
                around = (words[position - 1], *words[position + 1 : position + 2 + second])
                told = [TELLING[other] for other in around if other in TELLING]
                kind = told[0] if told else _likeliest(self.names[word])
                tags[position] = f"B-{kind}"
                if second:
                    tags[position + 1] = f"I-{kind}"
        return tags

    @cached_property
    def all_mentions(self) -> list[Mention]:
        """Every mention, with probabilities that sum to 1."""
        return list(self._mentions())

    def _mentions(self) -> Iterator[Mention]:
        chances = (self.informative, SECOND_WORD, self.informative)
        for name, types in self.names.items():
            for kind, share in types.items():
                for informative in np.ndindex(2, 2, 2):
                    p = share / len(NAMES)
                    for chance, is_informative in zip(chances, informative, strict=True):
                        p *= chance if is_informative else 1 - chance
                    before, second, after = map(bool, informative)
                    yield Mention(name, kind, (before, second, after), p)

    @cached_property
    def _shares(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """The sum of the probabilities of each mention and of all before it; the last is 1."""
        sums = np.array([mention.probability for mention in self.all_mentions]).cumsum()
        shares: np.ndarray[tuple[int], np.dtype[np.float64]] = sums / sums[-1]
        return shares

    @cached_property
    def best_f1(self) -> float:
        """The F1 that no tagger can exceed in the long run.

        Where an entity begins and ends is always to be seen; only its type may be hidden. So a
        tagger that predicts as many entities as there are has F1 = the share of right types, which
        is best where each is the likelier one. Leaving out a mention whose likelier type has a
        probability p only pays if p < F1/2, which no name here allows.
        """
        seen: dict[tuple[object, ...], float] = defaultdict(float)
        for mention in self.all_mentions:
            told = mention.type if any(mention.informative) else None
            key = (mention.name, mention.informative, told)
            seen[key] = max(seen[key], mention.probability)
        return sum(seen.values())


def corpus(sentences: int = 3000, seed: int = 0) -> TaggedCorpus:
    """Return the corpus ``entities``: `sentences` for training, 1/5 held out, 2/5 for the test."""
    language, rng = EntityLanguage(), np.random.default_rng(seed)
    sizes = sentences, sentences // 5, 2 * sentences // 5
    train, valid, test = (language.sample(size, rng=rng) for size in sizes)
    return TaggedCorpus("entities", train, valid, language.vocabulary, language.best_f1, test)


def _likeliest(types: Mapping[str, float]) -> str:
    return max(types, key=types.__getitem__)


def _one_of(words: tuple[str, ...], rng: np.random.Generator) -> str:
    return words[int(rng.integers(len(words)))]
