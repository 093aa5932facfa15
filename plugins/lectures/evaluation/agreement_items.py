"""Sentences with a choice between two forms of a verb, one of which agrees with its subject.

Source: Linzen, Dupoux and Goldberg, "Assessing the Ability of LSTMs to Learn Syntax-Sensitive
Dependencies" (2016); in the files of Gulordava et al., "Colorless green recurrent networks dream
hierarchically" (2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from framework.data.text_lines import read_text
from framework.errors import BadInputError


@dataclass(frozen=True)
class AgreementItem:
    """A sentence up to its verb, and the verb.

    Attributes:
        prefix: the words before the verb.
        right: the form that agrees with the subject.
        wrong: the form of the other number.
        attractors: how many nouns of the other number stand between subject and verb.
    """

    prefix: tuple[str, ...]
    right: str
    wrong: str
    attractors: int


def read_agreement_items(folder: Path) -> list[AgreementItem]:
    """Return the items in `folder`: a file ``*.text`` and a file ``*.gold``, one line per item.

    A line of the text file is a sentence with blanks between words. A line of the gold file has
    four columns with tabs between them: the index of the verb from 0, the right form, the wrong
    form, and the number of attractors. Where the sentence has a verb in small letters, both forms
    are read so.

    Raises:
        BadInputError: there are no such files, or they do not match.
    """
    texts, golds = _the_file(folder, ".text"), _the_file(folder, ".gold")
    pairs = zip_longest(_lines(texts), _lines(golds))
    items = [_item(golds, number, *pair) for number, pair in enumerate(pairs, start=1)]
    if not items:
        raise BadInputError(f"{golds} is empty")
    return items


def _the_file(folder: Path, ending: str) -> Path:
    files = sorted(folder.glob(f"*{ending}"))
    if len(files) != 1:
        raise BadInputError(
            f"{folder} holds {len(files)} files *{ending}, but the items of the agreement task are "
            "in one *.text and one *.gold: give their folder with `--data`"
        )
    return files[0]


def _lines(file: Path) -> list[str]:
    return read_text(file).splitlines()


def _item(file: Path, number: int, text: str | None, gold: str | None) -> AgreementItem:
    fields, words = (gold or "").split("\t"), (text or "").split()
    if len(fields) != 4 or not (fields[0].isdecimal() and fields[3].isdecimal()):
        raise BadInputError(f"{file}:{number} is no 'position, right, wrong, attractors': {gold!r}")
    position, right, wrong = int(fields[0]), fields[1], fields[2]
    if words[position : position + 1] == [right.lower()]:
        right, wrong = right.lower(), wrong.lower()
    elif words[position : position + 1] != [right]:
        raise BadInputError(
            f"{file}:{number} says that word {position} of the sentence is '{right}': {text!r}"
        )
    return AgreementItem(tuple(words[:position]), right, wrong, int(fields[3]))
