"""Tasks of sentence pairs: a target text given a source text, measured by perplexity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from framework.data.batching import pad, without_padding
from framework.data.corpus_entry import SENTENCE_PAIRS
from framework.data.corpus_registry import Corpora, load_entry
from framework.data.sentence_pairs import PairCorpus, SentencePair
from framework.data.subwords import check_tokens, tokens_of
from framework.data.text_lines import split
from framework.data.tokens import WORDS, Tokens
from framework.data.vocabulary import EOS, PAD, SPECIAL, Ids, Vocabulary
from framework.errors import BadInputError
from framework.evaluation.metrics import perplexity
from framework.evaluation.token_sizes import token_sizes
from framework.interfaces import Array, Arrays, LanguageModel, Model
from framework.models.conditioned import Conditioned
from framework.providers.backends import Backend
from framework.training.checkpoints import Checkpoint
from framework.training.loops import Batch, example_batches
from framework.training.option_fields import DATA, option, with_default
from framework.training.task import Evaluation, Request, TextWriter, TrainingTask
from framework.training.training_options import (
    FolderOptions,
    LearningOptions,
    TrainingOptions,
    WordOptions,
)
from plugins.lectures.evaluation.translations import translation_quality
from plugins.lectures.formats.corpus_files import find_unless_file, same_file
from plugins.lectures.formats.pair_file import read_pairs
from plugins.lectures.training.recurrent_layers import check_recurrent_layer

#: Number of pairs that are scored at once.
AT_A_TIME = 64


@dataclass(frozen=True)
class EncodedPairs:
    """Sentences and their translations as ids, ended by `EOS` and padded.

    Attributes:
        source: `(M, S)`.
        target: `(M, T)`.
    """

    source: Ids
    target: Ids

    @property
    def before(self) -> Ids:
        """The input of a decoder, `(M, T)`: `EOS`, then `target` without its last column."""
        ends = np.full((len(self.target), 1), EOS)
        return np.concatenate([ends, self.target[:, :-1]], axis=1)


@dataclass(frozen=True, kw_only=True)
class PairOptions(FolderOptions, WordOptions, TrainingOptions):
    """The options of models of sentence pairs."""

    corpus: str = option(
        "translation",
        "Corpus: a name in `gradus corpora`, with --data if it has files; or a file with a "
        "sentence, a tab and its translation on each line.",
        settles=False,
        group=DATA,
    )
    epochs: int = with_default(LearningOptions, "epochs", 5)
    minimum_count: int = with_default(WordOptions, "minimum_count", 1)
    tokens: str = option(
        "words",
        "Tokens of the sentences: words, characters, or subwords:N, with N merges of bytes that "
        "are learned from the training sentences of both languages together.",
        metavar="TOKENS",
        group=DATA,
    )

    def check_together(self) -> None:
        """Check the options together; unknown tokens are an error."""
        super().check_together()
        check_tokens(self.tokens)


class PairTask(TrainingTask):
    """Predict each word of a translation from the words before it and the source sentence.

    A model has ``forward(source (N, S), before (N, T)) -> logits (N, T, W)`` and the arguments
    `source_size` and `target_size`; with an argument `length`, all batches have this length. One
    with a method ``translate(source, length)`` is measured by the translations that are right in
    every word, too.

    Args:
        pairs: what to learn from and to be measured on.
        source: the words of the source sentences.
        target: those of the translations.
        length: of a sentence with its end, at most; None: that of the longest one.
        data: the folder of the corpus, which the checkpoint keeps.
        tokens: the tokens of both sides of `pairs`.
        fixed_length: whether all batches have the length of the longest sentence.
    """

    kind: ClassVar[str] = "pairs"
    help: ClassVar[str] = """Train a model of sentences and their translations.

    After each epoch the perplexity of held-out translations is shown, and after training the
    share of test sentences whose translation is right in every word."""
    options: ClassVar[type[PairOptions]] = PairOptions
    measure = "perplexity"
    lower_is_better: ClassVar[bool] = True
    target_axes: ClassVar[int] = 2
    commands: ClassVar[tuple[str, ...]] = (
        "gradus translate {path}",
        'gradus sample {path} --condition "TEXT"',
        "gradus evaluate {path}",
    )

    def __init__(
        self,
        pairs: PairCorpus,
        source: Vocabulary,
        target: Vocabulary,
        *,
        length: int | None = None,
        data: str | None = None,
        tokens: Tokens = WORDS,
        fixed_length: bool = True,
    ) -> None:
        self.fixed_length = fixed_length
        self.corpus, self.source, self.vocabulary = pairs.name, source, target
        self.tokens = tokens
        self.best = pairs.best_exact_match
        self.length = length or _longest(pairs.train, pairs.valid, pairs.test)
        self.data = data
        self.train, self.valid, self.test = (
            self._encode(part) for part in (pairs.train, pairs.valid, pairs.test)
        )
        if not len(self.valid.source):
            raise BadInputError(f"{pairs.name} has no held-out pairs to measure an epoch on")
        self.described = (
            f"{len(pairs.train):,} pairs to learn from, {len(pairs.valid):,} held out, "
            f"{len(pairs.test):,} to test, {len(source):,} and {len(target):,} {tokens.name}"
        )

    def _encode(self, pairs: Sequence[SentencePair]) -> EncodedPairs:
        return encode_pairs(pairs, self.source, self.vocabulary, self.length)

    @classmethod
    def load(cls, options: PairOptions, request: Request) -> PairTask:
        """Return the pairs that `options` name."""
        corpus = load_pairs(options.corpus, options.data, request.corpora)
        tokens = tokens_of(options.tokens, request.backend.function)
        tokens = tokens.learned(" ".join(side) for pair in corpus.train for side in pair)
        corpus = _divided(corpus, tokens)
        source, target = (
            Vocabulary(tokens.known)
            if tokens.known
            else _frequent((word for words in side for word in words), options.minimum_count)
            for side in zip(*corpus.train, strict=True)
        )
        data = None if options.data is None else str(options.data)
        known = request.backend.parameters_of(request.model, cls.model_kind)
        fixed_length = "length" in known or "condition_size" in known
        return cls(corpus, source, target, data=data, tokens=tokens, fixed_length=fixed_length)

    @classmethod
    def arguments(cls, options: PairOptions, request: Request) -> dict[str, Any]:
        """Return the arguments; a `cell` among them must be a recurrent layer."""
        arguments = super().arguments(options, request)
        if "cell" in arguments:
            check_recurrent_layer(request.backend, arguments["cell"])
        return arguments

    def sizes(self) -> dict[str, Any]:
        """Return the words of both sides, and those of the longest sentence with its end."""
        sizes = {"source_size": len(self.source), "target_size": len(self.vocabulary)}
        return {**sizes, "length": self.length} if self.fixed_length else sizes

    def batches(self, options: PairOptions, epoch: int) -> tuple[int, Iterator[Batch]]:
        """Return all pairs in random order; the summed loss is over the words of a sentence."""
        rng = np.random.default_rng([options.seed, epoch, 1])
        count, made = example_batches(
            self.inputs(self.train, options.weight_type),
            self.train.target,
            options.batch_size,
            rng=rng,
        )
        return count, (self._batch(batch) for batch in made)

    def _batch(self, batch: Batch) -> Batch:
        """Return `batch` without columns that are padding everywhere, unless lengths are fixed."""
        if self.fixed_length:
            return replace(batch, terms=batch.targets.shape[1])
        source, before = batch.inputs
        targets = without_padding(batch.targets)
        inputs = without_padding(source), before[:, : targets.shape[1]]
        return replace(batch, inputs=inputs, targets=targets, terms=targets.shape[1])

    def inputs(self, pairs: EncodedPairs, dtype: npt.DTypeLike = float) -> tuple[Array, ...]:
        """Return the arguments of the model's `forward`; arguments other than ids have type
        `dtype`."""
        return pairs.source, pairs.before

    def score(self, model: Model, arrays: Arrays) -> float:
        """Return the perplexity of the held-out translations, their padding left out."""
        return self.perplexity(model, self.valid, arrays)

    def perplexity(self, model: Model, pairs: EncodedPairs, arrays: Arrays) -> float:
        """Return the perplexity of the translations of `pairs`, their padding left out."""
        model.eval()
        inputs, logs = self.inputs(pairs, _precision(model, arrays)), []
        for rows in _rows_at_a_time(len(pairs.target)):
            logits = model.forward(*(arrays.from_numpy(array[rows]) for array in inputs))
            logs.append(_log_probabilities(arrays.to_numpy(logits), pairs.target[rows]))
        return perplexity(np.concatenate(logs))

    def identity(self) -> dict[str, Any]:
        """Return the size of the corpus, the source words, and what tokens have learned."""
        return self.tokens.saved() | {
            "examples": len(self.train.source),
            "source_words": list(self.source.words[len(SPECIAL) :]),
            "length": self.length,
            "data": self.data,
        }

    def measured(self, model: Model, arrays: Arrays) -> tuple[float, list[str]]:
        """Return the perplexity of the test part, or of the held-out one, and the exact matches."""
        name, part = self._part_to_measure()
        value = self.perplexity(model, part, arrays)
        lines = [f"{name} perplexity {value:.4f}{self._comparable(value, part)}"]
        if hasattr(model, "translate"):
            lines.append(self.exact_match(self.translations(model, part, arrays), part))
        return value, lines

    def held_out(self, score: float) -> str:
        """Return the perplexity, and those of characters and words where tokens are others."""
        return f"{super().held_out(score)}{self._comparable(score, self.valid)}"

    def _comparable(self, value: float, pairs: EncodedPairs) -> str:
        """Return what follows the perplexity `value` of the translations of `pairs`."""
        texts = map(self._tokens_of, pairs.target.tolist())
        return token_sizes(texts, self.tokens).comparable(value)

    def _tokens_of(self, row: Sequence[int]) -> list[str]:
        """Return the tokens of the ids `row`, without ends and padding."""
        return self.vocabulary.decode([id for id in row if id not in (EOS, PAD)])

    def _part_to_measure(self) -> tuple[str, EncodedPairs]:
        return ("test", self.test) if len(self.test.source) else ("held-out", self.valid)

    def translations(self, model: Any, pairs: EncodedPairs, arrays: Arrays) -> Ids:
        """Return what `model` writes for the sources of `pairs`, `(M, T)` ids with padding."""
        written = [
            arrays.to_numpy(model.translate(arrays.from_numpy(pairs.source[rows]), self.length))
            for rows in _rows_at_a_time(len(pairs.source))
        ]
        return np.concatenate(written)

    def exact_match(self, written: Ids, pairs: EncodedPairs) -> str:
        """Return the share of translations `written` that are right in every word, in a line."""
        share = float((written == pairs.target).all(axis=1).mean())
        best = "" if self.best is None else f" (best possible {self.best:.4f})"
        return f"exact match {share:.4f}{best}"

    def words(self, written: Ids) -> list[list[str]]:
        """Return the words of translations, `(M, T)` ids, without ends and padding."""
        return [self.tokens.join(self._tokens_of(row)).split() for row in written.tolist()]

    @classmethod
    def conditioned(cls, model: Any, source: Ids, words: int, arrays: Arrays) -> LanguageModel:
        """Return the language model of the translations of `source`.

        Args:
            model: has an `encoder` and a `decoder`, a conditional language model whose condition is
                the encoder's output.
            source: the ids of a sentence with its end, `(1, S)`.
            words: the size of the source vocabulary.
            arrays: the model's own arrays.

        Raises:
            BadInputError: the encoder cannot read the sentence.
        """
        try:
            return Conditioned(model.decoder, model.encoder.forward(arrays.from_numpy(source)))
        except ValueError as error:
            raise BadInputError(f"the model cannot read this sentence: {error}") from error

    @classmethod
    def writer(cls, saved: Checkpoint, backend: Backend) -> TextWriter:
        """Return what writes a translation of a source sentence.

        A model with a method ``alignment(source (N, S), target (N, T)) -> (N, T, S)`` has an
        alignment.
        """
        model, arrays = saved.restore_as(cls.model_kind, backend), backend.arrays
        source = Vocabulary(saved.training["source_words"])
        model.eval()

        def read(words: Sequence[str]) -> Ids:
            return np.array([[*source.encode(words), EOS]])

        def model_for(words: Sequence[str]) -> LanguageModel:
            return cls.conditioned(model, read(words), len(source), arrays)

        def alignment(words: Sequence[str], target: Sequence[int]) -> Array:
            ids = arrays.from_numpy(read(words)), arrays.from_numpy(np.array([target]))
            shares: Array = arrays.to_numpy(model.alignment(*ids))[0]
            return shares

        length = int(saved.training["length"])
        has_alignment = hasattr(model, "alignment")
        return TextWriter(model_for, source, length, alignment if has_alignment else None)

    @classmethod
    def evaluate(cls, saved: Checkpoint, asked: Evaluation) -> Iterator[str]:
        """Yield the perplexity on the test part of a corpus, or on what was held out of it.

        Another file than that of the training is measured whole.
        """
        name = asked.corpus or saved.corpus
        trained = saved.training
        corpus = load_pairs(name, asked.data or trained["data"], asked.corpora)
        if Path(name).is_file() and not same_file(name, saved.corpus):
            corpus = replace(corpus, test=[*corpus.train, *corpus.valid])
        source, backend = Vocabulary(trained["source_words"]), asked.backend
        tokens = saved.tokens(backend)
        task = cls(
            _divided(corpus, tokens),
            source,
            saved.vocabulary,
            length=int(trained["length"]),
            tokens=tokens,
        )
        model = saved.restore_as(cls.model_kind, backend)
        yield f"{saved.model} under {backend.name} on {name}: {task.described}"
        part_name, part = task._part_to_measure()
        value = task.perplexity(model, part, backend.arrays)
        yield f"{part_name} perplexity {value:.4f}{task._comparable(value, part)}"
        if hasattr(model, "translate"):
            written = task.translations(model, part, backend.arrays)
            yield task.exact_match(written, part)
            references = [pair.target for pair in corpus.test or corpus.valid]
            yield translation_quality(task.words(written), references, backend)


class ConditionTask(PairTask):
    """Predict each word of a text from the words before it and a condition.

    The condition is the count of each word of the source vocabulary in the source sentence. A model
    has ``forward(before (N, T), condition (N, K)) -> logits (N, T, V)`` and the arguments
    `vocabulary_size` and `condition_size`.
    """

    kind: ClassVar[str] = "conditions"
    help: ClassVar[str] = """Train a conditional language model: a text about a bag of words.

    The condition of a text is the count of each word in the source sentence, without the order
    of its words. After each epoch the perplexity of held-out texts is shown."""
    model_kind: ClassVar[str] = "language_model"

    def sizes(self) -> dict[str, Any]:
        """Return the words of the texts, and those that a condition counts."""
        return {"vocabulary_size": len(self.vocabulary), "condition_size": len(self.source)}

    def inputs(self, pairs: EncodedPairs, dtype: npt.DTypeLike = float) -> tuple[Array, ...]:
        """Return the words before, and the counts of the source words."""
        return pairs.before, word_counts(pairs.source, len(self.source), dtype)

    @classmethod
    def conditioned(cls, model: Any, source: Ids, words: int, arrays: Arrays) -> LanguageModel:
        """Return the language model of the texts about the words of `source`."""
        counts = word_counts(source, words, _precision(model, arrays))
        return Conditioned(model, arrays.from_numpy(counts))


def word_counts(sentences: Ids, size: int, dtype: npt.DTypeLike) -> Array:
    """Return how often each of `size` words is in each of `sentences: (N, S)`, `(N, size)`.

    The words of `SPECIAL` are not counted.
    """
    counts = np.zeros((len(sentences), size), dtype)
    np.add.at(counts, (np.arange(len(sentences))[:, None], sentences), 1)
    counts[:, : len(SPECIAL)] = 0
    return counts


def _precision(model: Model, arrays: Arrays) -> npt.DTypeLike:
    """Return the dtype of the parameters of `model`."""
    smallest = min(model.parameters.values(), key=len)
    return arrays.to_numpy(smallest).dtype


def _frequent(words: Iterable[str], minimum_count: int) -> Vocabulary:
    """Return the words that occur at least `minimum_count` times, in the order of the text.

    Raises:
        BadInputError: there is no such word.
    """
    counts = Counter(words)
    kept = [word for word, count in counts.items() if count >= minimum_count]
    if not kept:
        raise BadInputError(
            f"no word occurs {minimum_count} times: a smaller `--minimum-count` keeps more words"
        )
    return Vocabulary(kept)


def load_pairs(name: str, folder: Path | str | None, corpora: Corpora | None) -> PairCorpus:
    """Return the corpus of sentence pairs `name`, from its `folder` where it needs one.

    A path is a file of two columns, see `read_pairs`; its last tenth is held out.
    """
    known = corpora or Corpora()
    entry = find_unless_file(known, name, SENTENCE_PAIRS, file="file of sentence pairs")
    if entry is None:
        return PairCorpus(name, *split(read_pairs(Path(name))))
    corpus: PairCorpus = load_entry(entry, None if folder is None else Path(folder))
    return corpus


def _divided(corpus: PairCorpus, tokens: Tokens) -> PairCorpus:
    """Return `corpus` with both sides of its pairs in `tokens`."""
    if tokens is WORDS:
        return corpus
    train, valid, test = (
        [SentencePair(*(tuple(tokens.split(" ".join(side))) for side in pair)) for pair in part]
        for part in (corpus.train, corpus.valid, corpus.test)
    )
    return replace(corpus, train=train, valid=valid, test=test)


def encode_pairs(
    pairs: Sequence[SentencePair], source: Vocabulary, target: Vocabulary, length: int
) -> EncodedPairs:
    """Return `pairs` as ids `(M, length)`, each sentence with its end and padding."""
    sides = (
        [[*vocabulary.encode(words), EOS] for words in side]
        for vocabulary, side in (
            (source, [pair.source for pair in pairs]),
            (target, [pair.target for pair in pairs]),
        )
    )
    return EncodedPairs(*(_padded(texts, length) for texts in sides))


def _padded(texts: Sequence[Sequence[int]], length: int) -> Ids:
    return pad([*texts, [PAD] * length])[:-1]


def _rows_at_a_time(count: int) -> Iterator[slice]:
    """Yield slices of `AT_A_TIME` rows that cover `count` rows."""
    return (slice(start, start + AT_A_TIME) for start in range(0, count, AT_A_TIME))


def _longest(*parts: Sequence[SentencePair]) -> int:
    """Return the number of words of the longest sentence, with its end."""
    return 1 + max(len(side) for part in parts for pair in part for side in pair)


def _log_probabilities(logits: Array, targets: Ids) -> Array:
    """Return log p of the words `targets: (N, T)` without padding."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    normalised = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    chosen = np.take_along_axis(normalised, targets[..., None], axis=-1)[..., 0]
    return np.asarray(chosen[targets != PAD])
