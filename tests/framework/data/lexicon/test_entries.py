import pytest

from framework.data.lexicon.entries import SynsetEntry, read_entries
from framework.errors import BadInputError


def entries(tmp_path, text):
    file = tmp_path / "lexicon.txt"
    file.write_text(text, encoding="utf-8")
    return read_entries(file)


def test_a_line_is_a_synset(tmp_path):
    text = "# a remark\n\nn Being | all there is\nn dog Being @ being.n.01 | it barks, at n @ x\n"
    assert entries(tmp_path, text) == [
        SynsetEntry("being.n.01", "n", ("Being",), (), "all there is"),
        SynsetEntry(
            "dog.n.01", "n", ("dog", "Being"), (("@", "being.n.01"),), "it barks, at n @ x"
        ),
    ]


def test_senses_are_counted_per_word_with_satellites_among_adjectives(tmp_path):
    text = (
        "a good | 1\ns full good & good.a.01 | 2\ns good & good.a.01 | 3\nn good | 4\nr good | 5\n"
    )
    ids = [entry.id for entry in entries(tmp_path, text)]
    assert ids == ["good.a.01", "full.s.01", "good.s.03", "good.n.01", "good.r.01"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("x dog | barks", "line 2: `POS WORD"),
        ("n | barks", "line 2: `POS WORD"),
        ("n dog", "line 2: `POS WORD"),
        ("n dog |", "line 2: `POS WORD"),
        ("| barks", "line 2: `POS WORD"),
        ("n dog @ | barks", "line 2: each pointer is one of @ @i & and a synset"),
        ("n dog @ a.n.01 b.n.01 @ | barks", "line 2: each pointer is one of"),
        ("s tiny | little", "line 2: the satellite 'tiny' is near no adjective"),
        ("n dog @ cat.n.01 | barks", r"dog\.n\.01 points \(@\) to no synset: cat\.n\.01"),
    ],
)
def test_other_lines_are_refused(tmp_path, line, message):
    with pytest.raises(BadInputError, match=message):
        entries(tmp_path, f"n entity | all\n{line}\n")
