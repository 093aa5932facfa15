"""Corpora of labelled texts: by name, from a file, or from published files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from framework.data.corpora import find_unless_file
from framework.data.corpus_entry import LABELLED_TEXTS
from framework.data.corpus_registry import Corpora, load_entry
from framework.data.formats.label_files import read_csv_texts, read_labelled
from framework.data.labelled import TextCorpus

#: Names of the classes of AG News, from class 1 on.
AG_NEWS = ("World", "Sports", "Business", "Sci/Tech")


def load_text_corpus(
    name: str, folder: Path | None = None, corpora: Corpora | None = None
) -> TextCorpus:
    """Return the corpus `name`, or the file of labelled texts at the path `name`.

    Args:
        name: a name, or the path of a file with a label and words on each line.
        folder: the folder of the files of a published corpus, or the folder above.
        corpora: the known corpora; None: those that ship with gradus.

    Raises:
        UnknownNameError: neither a corpus nor a file.
        UsageError: a corpus of another kind, or a published corpus without its folder.
        BadInputError: a file is missing or malformed.
        PluginError: the corpus of a plugin cannot be loaded, or is none of labelled texts.
    """
    known = corpora or Corpora()
    entry = find_unless_file(known, name, LABELLED_TEXTS, file="file of labelled texts")
    if entry is None:
        return TextCorpus(name, read_labelled(Path(name)))
    corpus: TextCorpus = load_entry(entry, folder)
    return corpus


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


def ag_news(files: Mapping[str, Path]) -> TextCorpus:
    """Return the corpus ``ag_news``."""
    train, test = (read_csv_texts(files[part], AG_NEWS) for part in ("train", "test"))
    return TextCorpus("ag_news", train, test=test)


def _prepared_by_kim(name: str, files: Mapping[str, Path]) -> TextCorpus:
    texts = {part: read_labelled(file, published=True) for part, file in files.items()}
    return TextCorpus(name, texts["train"], texts.get("valid", ()), texts.get("test", ()))
