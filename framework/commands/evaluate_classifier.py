"""`gradus evaluate` of a classifier: accuracy of texts, F1 of tags."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from framework.data.corpus_registry import Corpora
from framework.providers.backends import Backend
from framework.training.checkpoints import Checkpoint
from framework.training.classifier import predicted_classes
from framework.training.sources import TagSource, TextSource
from framework.training.tagging import backend_windows, tagged_part
from framework.training.task import Part
from framework.training.text_classification import text_part

#: Kind of run -> whether its batches lose their columns of padding.
_SHORTEN = {"text_classifier": True, "tagger": False}


def is_classifier(saved: Checkpoint) -> bool:
    """Whether `saved` is a checkpoint of a text classifier or a tagger."""
    return saved.training.get("run") in _SHORTEN


def classifier_lines(
    saved: Checkpoint,
    backend: Backend,
    corpus: str | None,
    data: Path | None,
    corpora: Corpora,
) -> Iterator[str]:
    """How good the classifier `saved` is.

    Args:
        saved: the classifier.
        backend: who computes.
        corpus: what to measure on: the test part of a corpus, or all of a file; None: the test
            part of what it was trained on, or else what was held out of that.
        data: the folder of that corpus; None: as when it was trained.
        corpora: the known corpora.
    """
    run = saved.training["run"]
    part, described = _PARTS[run](saved, backend, _changed(saved, corpus, data), corpora)
    model = saved.restore_as("model", backend)
    predicted = predicted_classes(model, part, backend.arrays, shorten=_SHORTEN[run])
    yield f"{saved.model} under {backend.name} on {described}"
    yield f"{part.measure} {part.score(predicted):.6f}"
    yield from part.details(predicted)


def _texts(
    saved: Checkpoint, backend: Backend, source: dict[str, Any], corpora: Corpora
) -> tuple[Part, str]:
    """The texts to measure on, and what to call them."""
    corpus = source["corpus"]
    if corpus == saved.training["source"]["corpus"]:
        cut = TextSource(**source).load(corpora)
        texts, name = (cut.test, "test part") if cut.test else (cut.valid, "held-out part")
    else:
        whole = TextSource(corpus, source["data"]).whole(corpora)
        texts, name = (whole.test, "test part") if whole.test else (whole.train, "whole")
    part = text_part(texts, saved.vocabulary, saved.training["classes"])
    return part, f"the {name} of {corpus}, {len(texts):,} texts"


def _sentences(
    saved: Checkpoint, backend: Backend, source: dict[str, Any], corpora: Corpora
) -> tuple[Part, str]:
    """The tagged sentences to measure on, and what to call them."""
    sentences = TagSource(**source).load(corpora).test
    part = tagged_part(
        sentences,
        saved.vocabulary,
        saved.training["classes"],
        int(saved.arguments["window"]),
        backend_windows(backend),
    )
    return part, f"the test part of {source['corpus']}, {len(sentences):,} sentences"


_PARTS = {"text_classifier": _texts, "tagger": _sentences}


def _changed(saved: Checkpoint, corpus: str | None, data: Path | None) -> dict[str, Any]:
    """The source of the checkpoint, with what the user wants instead."""
    given = {"corpus": corpus, "data": None if data is None else str(data)}
    wanted = {key: value for key, value in given.items() if value is not None}
    found: dict[str, Any] = {**saved.training["source"], **wanted}
    return found
