"""Published corpora of labelled texts and of translations, read from their files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from framework.data.labelled import TextCorpus
from framework.data.sentence_pairs import PairCorpus
from plugins.lectures.formats.label_files import read_csv_texts, read_labelled
from plugins.lectures.formats.pair_file import read_two_files

#: Names of the classes of AG News, from class 1 on.
AG_NEWS = ("World", "Sports", "Business", "Sci/Tech")


def trec(files: Mapping[str, Path]) -> TextCorpus:
    """Return the corpus ``trec``."""
    return _prepared_by_kim("trec", files)


def mr(files: Mapping[str, Path]) -> TextCorpus:
    """Return the corpus ``mr``."""
    return _prepared_by_kim("mr", files)


def subj(files: Mapping[str, Path]) -> TextCorpus:
    """Return the corpus ``subj``: 1 is subjective, 0 is objective."""
    return _prepared_by_kim("subj", files)


def sst2(files: Mapping[str, Path]) -> TextCorpus:
    """Return the corpus ``sst2``."""
    return _prepared_by_kim("sst2", files)


def multi30k(files: Mapping[str, Path]) -> PairCorpus:
    """Return the corpus ``multi30k``, from German to English."""
    train, valid, test = (
        read_two_files(files[f"{part}.de"], files[f"{part}.en"])
        for part in ("train", "valid", "test")
    )
    return PairCorpus("multi30k", train, valid, test)


def ag_news(files: Mapping[str, Path]) -> TextCorpus:
    """Return the corpus ``ag_news``."""
    train, test = (read_csv_texts(files[part], AG_NEWS) for part in ("train", "test"))
    return TextCorpus("ag_news", train, test=test)


def _prepared_by_kim(name: str, files: Mapping[str, Path]) -> TextCorpus:
    texts = {part: read_labelled(file, published=True) for part, file in files.items()}
    return TextCorpus(name, texts["train"], texts.get("valid", ()), texts.get("test", ()))
