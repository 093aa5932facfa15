"""What a text is to word vectors: its frequent words, sentence by sentence."""

import pytest

from framework.errors import BadInputError
from plugins.lectures.training.counted_text import count_text

SENTENCES = [["a", "b", "rare", "a"], ["rarer", "a"], ["b", "<unk>", "b"]]


def test_rare_and_unknown_words_are_left_out_and_the_rest_is_counted():
    text = count_text("x", SENTENCES, minimum_count=2)
    assert text.vocabulary.decode(text.ids) == ["a", "b", "a", "a", "b", "b"]
    assert text.sentences.tolist() == [0, 0, 0, 1, 2, 2]
    assert dict(zip(text.vocabulary.words, text.counts.tolist(), strict=True)) == {
        "<pad>": 0,
        "<unk>": 0,
        "</s>": 0,
        "a": 3,
        "b": 3,
    }
    assert text.total == 9


@pytest.mark.parametrize(
    ("sentences", "minimum_count"), [(SENTENCES, 4), ([["a"], ["a"]], 1), ([["<unk>"]], 1)]
)
def test_a_text_without_any_context_is_refused(sentences, minimum_count):
    with pytest.raises(BadInputError, match="no line of x has two words"):
        count_text("x", sentences, minimum_count=minimum_count)
