"""Files of labelled texts: a label and the words on each line, or the columns of a CSV file.

0 What is an atom ?                                   label words, also with a tab between them
"3","Oil prices rise","Crude oil rose on Monday."     class from 1, title, description
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from framework.data.labelled import LabelledText
from framework.data.text_lines import read_text
from framework.errors import BadInputError

#: The start of a tree of the Stanford Sentiment Treebank, as in ``(3 (2 It) ...``.
_TREE = re.compile(r"\(\d+ \(?")
#: From how many lines on most labels have to occur twice.
FEW = 10
#: Characters of words; other characters separate words, except the marks of `_SEPARATED`.
_BLANK = re.compile(r"[^A-Za-z0-9,!?()'`]+")
#: Marks and endings that become separate words.
_SEPARATED = re.compile(r"[,!?()]|n't\b|'(?:s|ve|re|d|ll)\b")


def read_labelled(path: Path, *, published: bool = False) -> list[LabelledText]:
    """Return the texts of a file with a label and words on each line; blank lines are skipped.

    Args:
        path: the file.
        published: whether it is a corpus of Kim 2014, which is in Latin-1 and is tokenized as there
            (see `tokens`). Other files are in UTF-8, with blanks between words.

    Raises:
        BadInputError: the file cannot be read, a line has a label but no words, or there is none.
    """
    # `splitlines` would split at some characters of Latin-1.
    text = _latin(path) if published else read_text(path)
    lines = (line.strip() for line in text.split("\n"))
    texts = [
        _labelled(path, number, line, published)
        for number, line in enumerate(lines, start=1)
        if line
    ]
    return _not_empty(path, texts)


def read_csv_texts(path: Path, classes: Sequence[str]) -> list[LabelledText]:
    """Return the texts of a CSV file with a class and one or more columns of text in each row.

    Args:
        path: the file, in UTF-8; a first row of headings is skipped.
        classes: their names, from class 1 on.

    Raises:
        BadInputError: the file cannot be read, a row has no text or no such class, or there is
            none.
    """
    rows = list(csv.reader(read_text(path).splitlines(keepends=True)))
    headings = bool(rows and rows[0]) and not rows[0][0].isdecimal()
    return _not_empty(path, list(_from_rows(path, rows[headings:], classes)))


def tokens(text: str) -> tuple[str, ...]:
    """Return the words of running text: ``it's dull, isn't it?`` → it 's dull , is n't it ?

    Letters with their case, digits and ``,!?()'`` are kept.

    Source: the preparation of the corpora in Kim, "Convolutional Neural Networks for Sentence
    Classification" (2014).
    """
    return tuple(_SEPARATED.sub(r" \g<0> ", _BLANK.sub(" ", text)).split())


def _labelled(path: Path, number: int, line: str, published: bool) -> LabelledText:
    if _TREE.match(line):
        raise BadInputError(
            f"{path}, line {number}: a label and words expected, but got a bracketed tree "
            f"'{line[:40]}': write the label of its root, a blank and its words"
        )
    label, tab, text = line.partition("\t")
    if tab and "\t" in text:
        raise BadInputError(
            f"{path}, line {number}: a label, a tab and a text expected, but there are "
            f"{line.count(tab)} tabs: replace those in the text by blanks"
        )
    if not tab:
        label, _, text = line.partition(" ")
    words = tokens(text) if published else tuple(text.split())
    if not words and not published:  # tokenization may leave no word of a published text
        raise BadInputError(f"{path}, line {number}: a label and words expected, but got '{line}'")
    return LabelledText(words, label, text)


def _from_rows(
    path: Path, rows: Sequence[Sequence[str]], classes: Sequence[str]
) -> Iterator[LabelledText]:
    names = {str(number): name for number, name in enumerate(classes, start=1)}
    for row in rows:
        if not row:
            continue
        if row[0] not in names or len(row) < 2:
            raise BadInputError(
                f"{path}: a class from 1 to {len(classes)} and a text expected in each row, but "
                f"got {','.join(row)[:60]!r}"
            )
        text = " ".join(row[1:])
        yield LabelledText(tokens(text.lower()), names[row[0]], text)


def _latin(path: Path) -> str:
    try:
        return path.read_text(encoding="latin-1")
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}") from error


def _not_empty(path: Path, texts: list[LabelledText]) -> list[LabelledText]:
    """Return `texts`; there have to be some, and labels that most lines share with others."""
    if not texts:
        raise BadInputError(f"{path} is empty: it needs a label and a text on each line")
    counts = Counter(text.label for text in texts)
    once = [label for label, count in counts.items() if count == 1]
    if len(texts) >= FEW and len(once) * 2 > len(texts):
        raise BadInputError(
            f"{path}: {len(counts)} labels on {len(texts)} lines, most of them once, as "
            f"{', '.join(map(repr, once[:3]))}: it is a text without labels. Each line needs a "
            "label, a blank and the text"
        )
    return texts
