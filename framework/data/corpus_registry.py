"""The registry of corpora of every kind: finds, checks and loads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import isclose
from pathlib import Path
from typing import Any

from framework.data.corpus_entry import CORPUS_KINDS, CorpusEntry, problem
from framework.errors import (
    BadInputError,
    ConflictError,
    PluginError,
    UnknownNameError,
    UsageError,
)
from framework.importing import in_one_line, load_target

#: The command that lists all corpora.
SEE = "gradus corpora"


class Corpora:
    """All known corpora by name; each name has one owner for all kinds.

    Args:
        entries: the entries of plugins.
        left_out: plugins that were not loaded, with reasons, for the error for an unknown name.

    Raises:
        PluginError: an entry is malformed.
        ConflictError: two entries have one name, of any kind.
    """

    def __init__(self, entries: Iterable[CorpusEntry] = (), left_out: Iterable[str] = ()) -> None:
        self._by_name: dict[str, CorpusEntry] = {}
        self._left_out = tuple(left_out)
        for entry in entries:
            self._add(entry)

    def __iter__(self) -> Iterator[CorpusEntry]:
        return iter(self._by_name.values())

    def _add(self, entry: CorpusEntry) -> None:
        wrong = problem(entry)
        if wrong:
            raise PluginError(f"{entry.owner}: {wrong}")
        taken = self._by_name.setdefault(entry.name, entry)
        if taken is not entry:
            raise ConflictError.between("corpus", entry.name, taken.owner, entry.owner)

    def names(self, *kinds: str) -> list[str]:
        """Return the names of all corpora of one of `kinds`, sorted."""
        return sorted(entry.name for entry in self if entry.kind in kinds)

    def find(self, name: str, *kinds: str, file: str = "") -> CorpusEntry:
        """Return the corpus `name`, which is of one of `kinds`.

        Args:
            name: the name of the corpus.
            kinds: the accepted kinds.
            file: the other meaning of the name, as in ``text file``, for the error.

        Raises:
            UnknownNameError: there is no corpus of that name: with near misses.
            UsageError: it is of another kind; the message lists corpora of the accepted kinds.
        """
        entry = self._by_name.get(name)
        if entry is None:
            what = " or ".join(filter(None, ["corpus", file]))
            note = f"Not loaded: {'; '.join(self._left_out)}" if self._left_out else ""
            raise UnknownNameError(what, name, self.names(*kinds), SEE, note)
        if entry.kind not in kinds:
            wanted = " or ".join(CORPUS_KINDS[kind].title for kind in kinds)
            has = CORPUS_KINDS[entry.kind].title
            raise UsageError(
                f"the corpus '{name}' has {has}, but {wanted} are needed: "
                f"{', '.join(self.names(*kinds))}. `{SEE}` shows all"
            )
        return entry

    def load(self, name: str, *kinds: str, folder: Path | None = None) -> Any:
        """Find and load a corpus, see `find` and `load_entry`."""
        return load_entry(self.find(name, *kinds), folder)


def load_entry(entry: CorpusEntry, folder: Path | None = None) -> Any:
    """Return the corpus of `entry`: an object of the class of its kind.

    Args:
        entry: an entry of a registry.
        folder: the folder of its files, if it has any, or the folder above with the corpus's name.

    Raises:
        UsageError: it needs files, and no folder is given.
        BadInputError: a file is missing or malformed.
        PluginError: it cannot be loaded, or does not match `entry`; the message names the owner.
    """
    files = corpus_files(entry, folder)
    try:
        function = load_target(entry.target)
        corpus = function(files) if entry.files else function()
    except UsageError:
        raise
    except Exception as error:
        reason = in_one_line(error)
        raise _broken(entry, f"cannot be loaded from {entry.target}: {reason}") from error
    _check(entry, corpus)
    return corpus


def corpus_files(entry: CorpusEntry, folder: Path | None) -> Mapping[str, Path]:
    """Return the files of a published corpus by part; empty for a corpus without files.

    Raises:
        UsageError: no folder was given.
        BadInputError: there is no such folder, or it has none of the names of a file.
    """
    if not entry.files:
        return {}
    where = _corpus_folder(entry.name, folder)
    return {file.part: _first_file(where, file.names) for file in entry.files}


def best_possible_score(entry: CorpusEntry) -> float | None:
    """Return the best possible score on the corpus of `entry`; None if it is not known.

    Raises:
        GradusError: the corpus must be loaded for it, and loading fails.
    """
    if not isinstance(entry.best_score, str):
        return entry.best_score
    score: float | None = load_entry(entry).best_score
    return score


def _corpus_folder(name: str, folder: Path | None) -> Path:
    if folder is None:
        raise UsageError(
            f"the corpus '{name}' is read from files: give their folder with `--data DIR`"
        )
    if not folder.is_dir():
        raise BadInputError(
            f"no folder '{folder}': `--data DIR` must name the folder of the files of {name}"
        )
    return folder / name if (folder / name).is_dir() else folder


def _first_file(folder: Path, names: Iterable[str]) -> Path:
    file = next((folder / name for name in names if (folder / name).is_file()), None)
    if file is None:
        raise BadInputError(f"{folder} has none of the files {', '.join(names)}")
    return file


def _check(entry: CorpusEntry, corpus: Any) -> None:
    """Raise an error if the corpus does not match its entry."""
    kind = CORPUS_KINDS[entry.kind]
    expected = load_target(kind.type)
    if not isinstance(corpus, expected):
        raise _broken(
            entry,
            f"has the kind '{entry.kind}': {entry.target} must return a {expected.__name__}, but "
            f"it returned a {type(corpus).__name__}",
        )
    _check_score(entry, kind.measure, corpus.best_score)


def _check_score(entry: CorpusEntry, measure: str, computed: float | None) -> None:
    said = entry.best_score
    if isinstance(said, str) or said is None or computed is None:
        return
    if not isclose(said, computed, abs_tol=5e-4):
        raise _broken(entry, f"says that the best {measure} is {said:g}, but it is {computed:.4f}")


def _broken(entry: CorpusEntry, trouble: str) -> PluginError:
    return PluginError(f"corpus '{entry.name}' of {entry.owner} {trouble}")
