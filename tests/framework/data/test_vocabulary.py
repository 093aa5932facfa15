"""Words become ids and words again."""

import pytest

from framework.data.vocabulary import EOS, PAD, SPECIAL, UNK, Vocabulary
from framework.errors import BadInputError

TEXTS = [["a", "rose", "is", "a", "rose"], ["is", "a", "daisy"]]


def test_special_words_come_first():
    vocabulary = Vocabulary.from_texts(TEXTS)
    assert (vocabulary.words[PAD], vocabulary.words[UNK], vocabulary.words[EOS]) == SPECIAL


def test_frequent_words_come_first_and_equally_frequent_ones_by_alphabet():
    assert Vocabulary.from_texts(TEXTS).words[3:] == ("a", "is", "rose", "daisy")


def test_encode_and_decode_are_inverse_on_known_words():
    vocabulary = Vocabulary.from_texts(TEXTS)
    ids = vocabulary.encode(TEXTS[0])
    assert ids.dtype == "int64"
    assert vocabulary.decode(ids) == TEXTS[0]


def test_rare_words_become_unknown():
    vocabulary = Vocabulary.from_texts(TEXTS, minimum_count=2)
    assert "daisy" not in vocabulary
    assert vocabulary.encode(["daisy"]).tolist() == [UNK]


def test_maximum_size_counts_the_special_words():
    vocabulary = Vocabulary.from_texts(TEXTS, maximum_size=5)
    assert vocabulary.words == (*SPECIAL, "a", "is")


def test_a_text_that_marks_its_unknown_words_keeps_them_unknown():
    vocabulary = Vocabulary.from_texts([["a", "<unk>", "<unk>"]])
    assert vocabulary.encode(["<unk>"]).tolist() == [UNK]
    assert len(vocabulary) == 4


@pytest.mark.parametrize("texts", [[], [[]]])
def test_an_empty_text_is_refused(texts):
    with pytest.raises(BadInputError, match="empty text"):
        Vocabulary.from_texts(texts)


def test_a_size_without_room_for_words_is_refused():
    with pytest.raises(BadInputError, match="no room"):
        Vocabulary.from_texts(TEXTS, maximum_size=3)


def test_a_repeated_word_is_refused():
    with pytest.raises(BadInputError, match="'a' more than once"):
        Vocabulary(["a", "b", "a"])


@pytest.mark.parametrize("index", [-1, 7])
def test_an_id_without_a_word_is_refused(index):
    with pytest.raises(BadInputError, match=f"id {index}: the ids are 0 to 6"):
        Vocabulary.from_texts(TEXTS).decode([index])
