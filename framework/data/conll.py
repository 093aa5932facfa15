"""Files in the format of CoNLL-2003: a word and its tags on a line, a blank line after a sentence.

    -DOCSTART- -X- -X- O

    EU NNP I-NP I-ORG
    rejects VBZ I-VP O

The first column is the word and the last one its named-entity tag; how many stand between them
does not matter. The corpus itself is not free: whoever has it points at its folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from framework.data.tagged import TaggedCorpus, TaggedSentence
from framework.data.tags import as_iob2
from framework.data.text_file import read_text
from framework.data.vocabulary import Vocabulary
from framework.errors import BadInputError

#: The names under which the parts of the corpus are found, the original ones first.
TRAIN = ("eng.train", "train.txt", "train.conll")
VALID = ("eng.testa", "valid.txt", "dev.txt", "valid.conll", "dev.conll")
TEST = ("eng.testb", "test.txt", "test.conll")

_DOCUMENT = "-DOCSTART-"


def load_conll(folder: Path, *, minimum_count: int = 2) -> TaggedCorpus:
    """The corpus whose files are in `folder`; tags are turned into IOB2.

    Args:
        folder: has one file of `TRAIN`, one of `VALID` and one of `TEST`.
        minimum_count: words that the training part has less often become ``<unk>``, so that the
            model learns what to expect of an unknown word.

    Raises:
        BadInputError: a file is missing or malformed.
    """
    files = [_file(folder, names) for names in (TRAIN, VALID, TEST)]
    train, valid, test = map(read_conll, files)
    texts = [sentence.words for sentence in train]
    vocabulary = Vocabulary.from_texts(texts, minimum_count=minimum_count)
    return TaggedCorpus("conll2003", train, valid, vocabulary, test=test)


def read_conll(file: Path) -> list[TaggedSentence]:
    """The sentences of one file, with tags in IOB2.

    Raises:
        BadInputError: names the file, and the line if it is one: no tag, an unknown one, or no
            sentence at all.
    """
    sentences = list(_sentences(file))
    if not sentences:
        raise BadInputError(f"{file} has no sentences: one word and its tags stand on each line")
    return sentences


def _sentences(file: Path) -> Iterator[TaggedSentence]:
    words: list[str] = []
    tags: list[str] = []
    for number, line in enumerate([*read_text(file).splitlines(), ""], start=1):
        columns = line.split()
        if columns and columns[0] != _DOCUMENT:
            words.append(columns[0])
            tags.append(_tag(file, number, columns))
        elif words:
            yield TaggedSentence(tuple(words), tuple(as_iob2(tags)))
            words, tags = [], []


def _tag(file: Path, number: int, columns: list[str]) -> str:
    if len(columns) < 2:
        raise BadInputError(f"{file}, line {number}: the word '{columns[0]}' has no tag")
    try:
        as_iob2(columns[-1:])
    except BadInputError as error:
        raise BadInputError(f"{file}, line {number}: {error}") from None
    return columns[-1]


def _file(folder: Path, names: tuple[str, ...]) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise BadInputError(f"{folder} has none of the files {', '.join(names)}")
