"""Words become ids and words again."""

import pytest

from framework.data.vocabulary import EOS, PAD, SPECIAL, UNK, Vocabulary
from framework.errors import BadInputError

TEXTS = [["a", "rose", "is", "a", "rose"], ["is", "a", "daisy"]]


def test_special_words_come_first_then_frequent_ones_then_by_alphabet():
    words = Vocabulary.from_texts(TEXTS).words
    assert (words[PAD], words[UNK], words[EOS]) == words[:3] == SPECIAL
    assert words[3:] == ("a", "is", "rose", "daisy")
    assert Vocabulary.from_texts(TEXTS, maximum_size=5).words == (*SPECIAL, "a", "is")


def test_encode_and_decode_are_inverse_on_known_words():
    vocabulary = Vocabulary.from_texts(TEXTS)
    ids = vocabulary.encode(TEXTS[0])
    assert ids.dtype == "int64"
    assert vocabulary.decode(ids) == TEXTS[0]


def test_rare_words_become_unknown():
    vocabulary = Vocabulary.from_texts(TEXTS, minimum_count=2)
    assert "daisy" not in vocabulary
    assert vocabulary.encode(["daisy"]).tolist() == [UNK]


def test_a_text_that_marks_its_unknown_words_keeps_them_unknown():
    vocabulary = Vocabulary.from_texts([["a", "<unk>", "<unk>"]])
    assert vocabulary.encode(["<unk>"]).tolist() == [UNK]
    assert len(vocabulary) == 4


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (lambda: Vocabulary.from_texts([]), "empty text"),
        (lambda: Vocabulary.from_texts([[]]), "empty text"),
        (lambda: Vocabulary.from_texts(TEXTS, maximum_size=3), "no room"),
        (lambda: Vocabulary(["a", "b", "a"]), "'a' more than once"),
        (lambda: Vocabulary.from_texts(TEXTS).decode([-1]), "id -1: the ids are 0 to 6"),
        (lambda: Vocabulary.from_texts(TEXTS).decode([7]), "id 7: the ids are 0 to 6"),
    ],
)
def test_what_makes_no_sense_is_refused(action, said):
    with pytest.raises(BadInputError, match=said):
        action()
