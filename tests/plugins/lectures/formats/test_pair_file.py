"""A file of two columns is a corpus of sentence pairs."""

import pytest

from framework.data.sentence_pairs import SentencePair
from framework.errors import BadInputError
from plugins.lectures.formats.pair_file import read_pairs


@pytest.fixture
def written(tmp_path):
    def written(text):
        path = tmp_path / "pairs.tsv"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_each_line_has_a_sentence_and_its_translation(written):
    pairs = read_pairs(written("the dog\tlo  hundo\n\na cat \t un kato\r\n"))
    assert pairs == [
        SentencePair(("the", "dog"), ("lo", "hundo")),
        SentencePair(("a", "cat"), ("un", "kato")),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\tb\na b\n", r"line 2: a sentence, a tab and its translation expected, but got 'a b'"),
        ("a\tb\na\tb\tc\n", r"line 2: a sentence, a tab and its translation"),
        ("a\tb\n\tb\n", r"line 2: a sentence, a tab and its translation"),
        ("a\tb\na </s>\tb\n", r"line 2: </s> is no word"),
        ("a\tb\n", "has 1 pairs of sentences: at least two are needed"),
        ("", "has 0 pairs"),
    ],
)
def test_other_lines_are_refused(written, text, message):
    with pytest.raises(BadInputError, match=message):
        read_pairs(written(text))
