"""Files of labelled texts."""

import pytest

from framework.data.labelled import LabelledText
from framework.data.tokens import CHARACTERS, WORDS
from framework.errors import BadInputError
from plugins.lectures.formats.label_files import read_csv_texts, read_labelled, tokens

CLASSES = ("World", "Sports")


def test_a_label_and_words_on_each_line(tmp_path):
    (tmp_path / "f").write_text("good what a film !\n\n  bad  don't\n", "utf-8")
    assert read_labelled(tmp_path / "f") == [
        LabelledText(("what", "a", "film", "!"), "good"),
        LabelledText(("don't",), "bad"),
    ]
    (tmp_path / "g").write_text("very good\ta fine film\n", "utf-8")
    assert read_labelled(tmp_path / "g") == [LabelledText(("a", "fine", "film"), "very good")]
    with pytest.raises(BadInputError, match="nowhere cannot be read"):
        read_labelled(tmp_path / "nowhere", published=True)


def test_published_corpora_are_in_latin_1_and_cut_into_words(tmp_path):
    # In Latin-1, 0x85 is a character that str.splitlines takes for the end of a line.
    (tmp_path / "f").write_bytes(b"0 it's clich\xe9s\x85 [really] , isn't it ?\n")
    (result,) = read_labelled(tmp_path / "f", published=True)
    words = ("it", "'s", "clich", "s", "really", ",", "is", "n't", "it", "?")
    assert result == LabelledText(words, "0")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("They've won!They'd", "They 've won ! They 'd"),
        ("can't (we'll)", "ca n't ( we 'll )"),
        ("rock-n-roll o'neill's", "rock n roll o'neill 's"),
        ("$5.00", "5 00"),
        ("...", ""),
    ],
)
def test_endings_and_marks_are_words_of_their_own(text, words):
    assert tokens(text) == tuple(words.split())


def test_columns_of_a_csv_file_with_and_without_headings(tmp_path):
    (tmp_path / "f").write_text('"2","Win, again","""Yes"""\n"1","Talks","x\\y\nz"\n', "utf-8")
    (tmp_path / "g").write_text("label,content\n2,A goal\n\n", "utf-8")
    assert read_csv_texts(tmp_path / "f", CLASSES) == [
        LabelledText(("win", ",", "again", "yes"), "Sports"),
        LabelledText(("talks", "x", "y", "z"), "World"),
    ]
    assert read_csv_texts(tmp_path / "g", CLASSES) == [LabelledText(("a", "goal"), "Sports")]


def test_a_text_keeps_the_characters_that_are_no_part_of_words(tmp_path):
    (tmp_path / "f").write_text('"2","Up 5%","A-B."\n', "utf-8")
    (news,) = read_csv_texts(tmp_path / "f", CLASSES)
    assert "".join(news.split(CHARACTERS)) == "up 5% a-b."
    assert news.split(WORDS) == ("up", "5", "a", "b")
    (tmp_path / "g").write_text("0 It's [clear]\n", "latin-1")
    (question,) = read_labelled(tmp_path / "g", published=True)
    assert "".join(question.split(CHARACTERS)) == "it's [clear]"
    assert "".join(LabelledText(("a", "b"), "0").split(CHARACTERS)) == "a b"
