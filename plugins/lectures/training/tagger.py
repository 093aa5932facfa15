"""Tasks of taggers: a tag for every word, measured by F1 of entities or by accuracy.

Taggers read sentences in one of three ways, see `Reading`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any, ClassVar

import numpy as np

from framework.data.characters import Characters
from framework.data.tagged import TaggedCorpus, TaggedSentence
from framework.data.vocabulary import Ids, Vocabulary
from framework.errors import BadInputError, UsageError
from framework.evaluation.entity_scores import EntityScore, entity_scores, score_table, together
from framework.providers.backends import Backend
from framework.training.checkpoints import Checkpoint
from framework.training.option_fields import DATA, option
from framework.training.task import Evaluation, Request
from framework.training.training_options import corpus_help
from plugins.lectures.training.classifier import (
    ClassifierOptions,
    ClassifierTask,
    Group,
    Part,
    source_to_measure,
)
from plugins.lectures.training.recurrent_layers import RecurrentOptions, with_recurrent_layers
from plugins.lectures.training.sources import TagSource


@dataclass(frozen=True, kw_only=True)
class TaggerOptions(ClassifierOptions, RecurrentOptions):
    """The options of taggers."""

    corpus: str = option("entities", corpus_help(), settles=False, group=DATA)


class Reading(ABC):
    """A way to read tagged sentences."""

    @property
    @abstractmethod
    def sizes(self) -> dict[str, int]:
        """The argument of the model that says how many different ids there are."""

    def groups(self, sentences: Sequence[TaggedSentence]) -> list[Group]:
        """Return the sentences of equal lengths as groups, so that no batch has padding."""
        ends = np.cumsum([len(sentence.words) for sentence in sentences])
        lengths: dict[int, list[int]] = defaultdict(list)
        for number, sentence in enumerate(sentences):
            lengths[len(sentence.words)].append(number)
        groups = []
        for length, numbers in sorted(lengths.items()):
            places = ends[numbers][:, None] - length + np.arange(length)
            groups.append(Group(self.encode([sentences[n].words for n in numbers]), places))
        return groups

    @abstractmethod
    def encode(self, texts: Sequence[Sequence[str]]) -> Ids:
        """Return N sentences of T words as the inputs of the model, `(N, T, ...)` ids."""


@dataclass(frozen=True)
class WordReading(Reading):
    """A sentence as the ids of its words, `(T,)`: one example with T tags."""

    vocabulary: Vocabulary

    @property
    def sizes(self) -> dict[str, int]:
        """The number of words."""
        return {"vocabulary_size": len(self.vocabulary)}

    def encode(self, texts: Sequence[Sequence[str]]) -> Ids:
        """Return ids of words, `(N, T)`."""
        return np.stack([self.vocabulary.encode(words) for words in texts])


@dataclass(frozen=True)
class CharacterReading(Reading):
    """A sentence as the characters of its words, `(T, L)`: one example with T tags."""

    characters: Characters

    @property
    def sizes(self) -> dict[str, int]:
        """The number of characters."""
        return {"characters": len(self.characters)}

    def encode(self, texts: Sequence[Sequence[str]]) -> Ids:
        """Return ids of characters, `(N, T, L)`."""
        return self.characters.encode_sentences(texts)


@dataclass(frozen=True)
class WindowReading(WordReading):
    """A sentence as a window of words around each word: T examples with one tag each.

    Attributes:
        backend: offers the function ``windows``.
        size: m, the number of words on each side.
    """

    backend: Backend
    size: int

    def groups(self, sentences: Sequence[TaggedSentence]) -> list[Group]:
        """Return the windows of all words as one group.

        Raises:
            BadInputError: `windows` makes something else than one window per word.
        """
        function, arrays = self.backend.function("windows"), self.backend.arrays
        width = 2 * self.size + 1
        inputs = [np.zeros((0, width), dtype=np.int64)]
        for sentence in sentences:
            ids = self.vocabulary.encode(sentence.words)
            with self.backend.in_force():
                made = arrays.to_numpy(function(arrays.from_numpy(ids), self.size))
            if made.shape != (expected := (len(ids), width)):
                raise BadInputError(
                    f"windows of {expected[0]} words with {self.size} to each side should be "
                    f"{expected}, but are {made.shape}: `grade window_classifier` says more"
                )
            inputs.append(made)
        joined = np.concatenate(inputs)
        return [Group(joined, np.arange(len(joined)))]


def reading_for(
    arguments: Mapping[str, object],
    known: Collection[str],
    vocabulary: Vocabulary,
    rare_words: Sequence[str],
    backend: Backend,
) -> Reading:
    """Return how a model reads sentences, which the names of its arguments tell.

    A model with an argument ``characters`` reads characters, one with ``window`` windows of words,
    and every other one sentences of words.

    Args:
        arguments: the given arguments.
        known: the names of all arguments of the constructor.
        vocabulary: the words behind the ids.
        rare_words: other words of the training part, whose characters are known.
        backend: offers the function ``windows``.

    Raises:
        UsageError: the size of the windows is missing, or no whole number from 0 on.
    """
    if "characters" in known:
        return CharacterReading(Characters([*vocabulary.words, *rare_words]))
    if "window" not in known:
        return WordReading(vocabulary)
    size = arguments.get("window")
    if not isinstance(size, int) or size < 0:
        raise UsageError(
            f"this tagger needs the argument `window`, a number of words, but got {size}: "
            "`--set window=2`"
        )
    return WindowReading(vocabulary, backend, size)


@dataclass(frozen=True)
class TaggedPart(Part):
    """Tagged sentences.

    Attributes:
        sentences: the sentences.
        labels: the classes of all words, sentence after sentence; 0 for a tag that is no class.
        groups: the sentences as the model reads them.
        classes: the tag behind each class.
        known_words: the words of the training part.
        entities: see `framework.data.tagged.TaggedCorpus`.
    """

    sentences: Sequence[TaggedSentence]
    labels: Ids
    groups: Sequence[Group]
    classes: Sequence[str]
    known_words: Collection[str]
    entities: bool

    @property
    def measure(self) -> str:
        """``F1`` of whole entities, or ``accuracy``."""
        return "F1" if self.entities else "accuracy"

    def score(self, predicted: Ids) -> float:
        """Return the F1 of whole entities, or the share of words with the right tag."""
        if self.entities:
            return together(self._entity_scores(predicted)).f1
        return float(np.mean(self._right(predicted)))

    def details(self, predicted: Ids) -> list[str]:
        """Return the accuracy for unknown words, and a table of the types of entities."""
        return [
            *self._accuracy_of_unknown_words(predicted),
            *(score_table(self._entity_scores(predicted)) if self.entities else ()),
        ]

    def _accuracy_of_unknown_words(self, predicted: Ids) -> list[str]:
        words = chain.from_iterable(sentence.words for sentence in self.sentences)
        unknown = np.array([word not in self.known_words for word in words], dtype=bool)
        if unknown.all() or not unknown.any():
            return []
        right = self._right(predicted)
        return [
            f"accuracy {right[~unknown].mean():.4f} of {(~unknown).sum():,} words seen in "
            f"training, {right[unknown].mean():.4f} of {unknown.sum():,} unknown words"
        ]

    def _right(self, predicted: Ids) -> Ids:
        tags = chain.from_iterable(sentence.tags for sentence in self.sentences)
        return np.array([self.classes[c] == tag for c, tag in zip(predicted, tags, strict=True)])

    def _entity_scores(self, predicted: Ids) -> dict[str, EntityScore]:
        ends = np.cumsum([len(sentence.words) for sentence in self.sentences])[:-1]
        tags = [[self.classes[c] for c in part] for part in np.split(predicted, ends)]
        return entity_scores([sentence.tags for sentence in self.sentences], tags)


@dataclass(frozen=True, kw_only=True)
class TaggerTask(ClassifierTask):
    """Learn the tag of every word.

    Attributes:
        reading: how the model reads sentences.
        rare_words: see `framework.data.tagged.TaggedCorpus`.
    """

    kind: ClassVar[str] = "tagger"
    help: ClassVar[str] = """Train a tagger, and test its best epoch.

    Entities are measured by F1, parts of speech by accuracy. The best epoch is that
    with the highest score on held-out sentences. It is saved and tested.
    Words that do not occur in training have an accuracy of their own. The best possible scores
    of the generated corpora are known."""
    options: ClassVar[type[TaggerOptions]] = TaggerOptions

    reading: Reading
    rare_words: tuple[str, ...] = ()

    @classmethod
    def load(cls, options: TaggerOptions, request: Request) -> TaggerTask:
        """Return the sentences that `options` name, as the model reads them."""
        source = TagSource(options.corpus, None if options.data is None else str(options.data))
        corpus = source.load(request.corpora)
        reading = reading_for(
            cls.arguments(options, request),
            request.backend.parameters_of(request.model, cls.model_kind),
            corpus.vocabulary,
            corpus.rare_words,
            request.backend,
        )
        return tagging_task(corpus, reading, asdict(source))

    @classmethod
    def arguments(cls, options: TaggerOptions, request: Request) -> dict[str, Any]:
        """Return the arguments: the recipe's, then those of the options and of ``--set``."""
        return with_recurrent_layers(
            super().arguments(options, request), options, request, cls.model_kind
        )

    def sizes(self) -> dict[str, Any]:
        """Return the number of words or of characters, and of tags."""
        return {**self.reading.sizes, "classes": len(self.classes)}

    def identity(self) -> dict[str, Any]:
        """Return also the words of the training part that the vocabulary leaves out."""
        return {**super().identity(), "rare_words": list(self.rare_words)}

    @classmethod
    def part_to_measure(cls, saved: Checkpoint, asked: Evaluation) -> tuple[Part, str]:
        """Return the tagged sentences to measure on, and what to call them."""
        source = source_to_measure(saved, asked)
        corpus = TagSource(**source).load(asked.corpora)
        rare = saved.training["rare_words"]
        arguments = saved.arguments
        reading = reading_for(arguments, arguments, saved.vocabulary, rare, asked.backend)
        part = tagged_part(
            corpus.test,
            reading,
            saved.training["classes"],
            {*saved.vocabulary.words, *rare},
            entities=corpus.entities,
        )
        return part, f"the test part of {source['corpus']}, {len(corpus.test):,} sentences"


def tagging_task(
    corpus: TaggedCorpus, reading: Reading, source: Mapping[str, Any] | None = None
) -> TaggerTask:
    """Learn the tags of the sentences of `corpus`.

    Args:
        corpus: the sentences.
        reading: how the model reads them.
        source: see `ClassifierTask`.
    """
    known = {*corpus.vocabulary.words, *corpus.rare_words}
    train, valid, test = (
        tagged_part(part, reading, corpus.tags, known, entities=corpus.entities)
        for part in (corpus.train, corpus.valid, corpus.test)
    )
    return TaggerTask(
        corpus=corpus.name,
        described=_described(corpus),
        classes=corpus.tags,
        vocabulary=corpus.vocabulary,
        reading=reading,
        rare_words=corpus.rare_words,
        train=train,
        valid=valid,
        test=test if corpus.test else None,
        best={} if corpus.best_score is None else {"best possible": corpus.best_score},
        source=source or {},
    )


def tagged_part(
    sentences: Sequence[TaggedSentence],
    reading: Reading,
    classes: Sequence[str],
    known_words: Collection[str],
    *,
    entities: bool,
) -> TaggedPart:
    """Return `sentences` as a model reads them; see `TaggedPart`."""
    places = {tag: index for index, tag in enumerate(classes)}
    labels = [places.get(tag, 0) for sentence in sentences for tag in sentence.tags]
    return TaggedPart(
        sentences,
        np.array(labels, dtype=np.int64),
        reading.groups(sentences),
        classes,
        known_words,
        entities,
    )


def _described(corpus: TaggedCorpus) -> str:
    test = f"{len(corpus.test):,} to test, " if corpus.test else ""
    return (
        f"{len(corpus.train):,} sentences to learn from, {len(corpus.valid):,} held out, {test}"
        f"{len(corpus.tags)} tags, {len(corpus.vocabulary):,} words"
    )
