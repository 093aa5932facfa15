"""Entities in sequences of tags."""

import pytest

from framework.data.tags import Entity, as_iob2, entities
from framework.errors import BadInputError


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("", []),
        ("O O", []),
        ("B-PER I-PER O", [(0, 2, "PER")]),
        ("O B-LOC B-LOC", [(1, 2, "LOC"), (2, 3, "LOC")]),
        ("I-PER I-PER O I-PER", [(0, 2, "PER"), (3, 4, "PER")]),
        ("I-PER I-LOC", [(0, 1, "PER"), (1, 2, "LOC")]),
        ("I-PER B-PER I-PER", [(0, 1, "PER"), (1, 3, "PER")]),
        ("B-PER I-LOC I-LOC", [(0, 1, "PER"), (1, 3, "LOC")]),
    ],
)
def test_entities_of_both_dialects(tags, expected):
    assert entities(tags.split()) == [Entity(*item) for item in expected]


def test_iob2_marks_every_beginning_and_keeps_the_entities():
    tags = ["I-PER", "B-PER", "I-PER", "O", "I-LOC", "I-ORG"]
    marked = as_iob2(tags)
    assert marked == ["B-PER", "B-PER", "I-PER", "O", "B-LOC", "B-ORG"]
    assert entities(marked) == entities(tags)
    assert as_iob2(marked) == marked


@pytest.mark.parametrize("tag", ["X-PER", "B", "B-", "PER", "", "o"])
def test_what_is_no_tag_is_refused(tag):
    with pytest.raises(BadInputError, match="is no tag"):
        entities(["O", tag])
