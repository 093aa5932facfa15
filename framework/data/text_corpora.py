"""Corpora of labelled texts by name, or from files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from framework.data.corpora import generate
from framework.data.label_files import read_csv_texts, read_labelled
from framework.data.labelled import LabelledText, TextCorpus
from framework.errors import BadInputError, PluginError, UnknownNameError, UsageError

#: Generated corpora of labelled texts: name -> ``module:function``.
GENERATED = {
    "sentiment": "framework.languages.sentiment:corpus",
    "hearsay": "framework.languages.attributed_sentiment:corpus",
}


@dataclass(frozen=True)
class Published:
    """The files of a corpus that others publish: for each part, the names it is found under.

    Attributes:
        train, valid, test: names; none where the corpus has no such part.
        classes: their names in a CSV file; none: the files have a label and words on each line.
    """

    train: tuple[str, ...]
    valid: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()

    def read(self, folder: Path, names: Sequence[str]) -> list[LabelledText]:
        """The texts of the first file of `names` that is in `folder`; none without names.

        Raises:
            BadInputError: none of them is there, or the file is malformed.
        """
        if not names:
            return []
        found = next((folder / name for name in names if (folder / name).is_file()), None)
        if found is None:
            raise BadInputError(f"{folder} has none of the files {', '.join(names)}")
        if self.classes:
            return read_csv_texts(found, self.classes)
        return read_labelled(found, published=True)


#: Corpora whose files the user points at.
PUBLISHED = {
    "trec": Published(("train.txt", "TREC.train.all"), (), ("test.txt", "TREC.test.all")),
    "mr": Published(("all.txt", "rt-polarity.all")),
    "sst2": Published(
        ("train.txt", "stsa.binary.train"),
        ("valid.txt", "stsa.binary.dev"),
        ("test.txt", "stsa.binary.test"),
    ),
    "ag_news": Published(
        ("train.csv", "train_8000.csv"),
        (),
        ("test.csv",),
        classes=("World", "Sports", "Business", "Sci/Tech"),
    ),
}


def load_text_corpus(
    name: str, folder: Path | None = None, offered: Mapping[str, str] | None = None
) -> TextCorpus:
    """The corpus `name`, or the file of labelled texts at the path `name`.

    Args:
        name: a name, or the path of a file with a label and words on each line.
        folder: where the files of a published corpus are, or the folder above.
        offered: corpora of plugins, from the hook `register_corpora`.

    Raises:
        UnknownNameError: neither a corpus nor a file.
        UsageError: a published corpus without its folder.
        BadInputError: a file is missing or malformed.
        PluginError: the corpus of a plugin is none of labelled texts.
    """
    generated = {**(offered or {}), **GENERATED}
    if name in PUBLISHED:
        return _from_folder(name, PUBLISHED[name], folder)
    if name in generated:
        return _generate(name, generated[name])
    if not Path(name).is_file():
        known = {*PUBLISHED, *generated}
        raise UnknownNameError("corpus or file of labelled texts", name, known)
    return TextCorpus(name, read_labelled(Path(name)))


def corpus_folder(name: str, folder: Path | None) -> Path:
    """Where the files of the corpus `name` are: in `folder`, or in its subfolder of that name.

    Raises:
        UsageError: no folder was given.
        BadInputError: there is no such folder.
    """
    if folder is None:
        raise UsageError(
            f"the corpus '{name}' is read from files: give their folder with `--data DIR`"
        )
    if not folder.is_dir():
        raise BadInputError(f"no folder '{folder}': `--data DIR` is where the files of {name} are")
    return folder / name if (folder / name).is_dir() else folder


def _from_folder(name: str, files: Published, folder: Path | None) -> TextCorpus:
    where = corpus_folder(name, folder)
    train, valid, test = (
        files.read(where, part) for part in (files.train, files.valid, files.test)
    )
    return TextCorpus(name, train, valid, test)


def _generate(name: str, target: str) -> TextCorpus:
    corpus = generate(name, target)
    if not isinstance(corpus, TextCorpus):
        raise PluginError(
            f"corpus '{name}' is a {type(corpus).__name__}, but a text classifier needs a "
            "TextCorpus"
        )
    return corpus
