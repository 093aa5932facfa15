"""Copies are found however they are disguised; independent code and given code are not."""

import random

import pytest
from repository import text_of
from written_code import disguised, independent

from docs.examples import similar_pairs as of_jplag
from framework.errors import BadInputError
from plugins.classes.pages.view import code_of_task
from plugins.classes.similarity.code_pairs import (
    CodeComparison,
    common_lines,
    similar_pairs,
    tokens,
)
from plugins.classes.similarity.similar_code import clusters, nearest, threshold

GIVEN = '''class Cell:
    """An LSTM cell, with a docstring of its own."""

    def forward(self, x, h, c):
        raise NotImplementedError
'''
HONEST = text_of("texts/pairs/honest.py")
RENAMED = text_of("texts/pairs/renamed.py")
OTHER = text_of("texts/pairs/other.py")


def shares(code, skeleton=GIVEN, sources=()):
    result = similar_pairs(CodeComparison("lstm", "Cell", code, skeleton, frozenset(sources)))
    return {(first, second): share for first, second, share in result}


def test_a_copy_with_other_names_comments_and_line_breaks_is_a_copy():
    result = shares({"a": HONEST, "b": RENAMED, "c": OTHER})
    assert result["a", "b"] > 0.9
    assert max(result.get(("a", "c"), 0), result.get(("b", "c"), 0)) < 0.3


def test_code_that_all_were_given_does_not_count():
    code = {"a": HONEST + "        pass\n", "b": HONEST + "        return x\n"}
    assert shares(code, skeleton=HONEST) == {}
    assert shares(code, skeleton="")["a", "b"] > 0.9


def test_short_tasks_are_left_out():
    short = "def relu(x):\n    return np.maximum(x, 0)\n"
    assert CodeComparison("e", "relu", {"a": short, "b": HONEST}, "").long_enough.keys() == {"b"}
    assert shares({"a": short, "b": short}) == {}


def test_sources_are_compared_with_the_class_and_not_with_each_other():
    result = shares({"2025": HONEST, "web": HONEST, "a": RENAMED}, sources=["2025", "web"])
    assert result.keys() == {("a", "2025"), ("a", "web")}


@pytest.mark.parametrize("code", ["def f(:\n  (((", "'''never closed", "\x00", "", "λ = '\ud800'"])
def test_code_that_is_no_python_breaks_nothing(code):
    tokens(code)
    shares({"a": code, "b": HONEST})


def test_lines_in_common_are_those_beyond_what_was_given():
    first, second = common_lines(HONEST, RENAMED, GIVEN)
    assert 1 not in first and {6, 7, 9, 12} <= first
    assert 4 not in second and {5, 7, 9, 14} <= second
    assert common_lines(HONEST, GIVEN, GIVEN) == (set(), set())


@pytest.mark.parametrize(
    "seed", [3, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(10, 20))]
)
def test_in_an_honest_class_nothing_stands_out_and_a_planted_pair_does(seed):
    rng = random.Random(seed)
    code = {f"w{i}": independent(rng) for i in range(60)}
    pairs = list(similar_pairs(CodeComparison("e", "f", code)))
    assert clusters(pairs, threshold([*nearest(code, pairs).values()])) == []
    code["copy"] = disguised(code["w7"])
    pairs = list(similar_pairs(CodeComparison("e", "f", code)))
    (result,) = clusters(pairs, threshold([*nearest(code, pairs).values()]))
    assert result.members == ("copy", "w7")


def test_a_copy_in_a_class_beside_the_task_is_a_copy():
    moved = HONEST.replace("class Cell", "class Real") + "\nclass Cell(Real):\n    pass\n"
    code = {"a": HONEST, "b": moved}
    code = {id: code_of_task(source, "Cell", ["Cell"], 2000) for id, source in code.items()}
    assert shares(code)["a", "b"] > 0.9


def test_the_code_of_a_task_has_what_it_uses_and_no_other_task():
    source = "import numpy as np\n\nLIMIT = 3\n\ndef near(x):\n    return np.exp(x) + LIMIT\n\n"
    source += "def g(x):\n    return near(x) * 2\n\ndef f(x):\n    return g(x) + near(x)\n"
    expected = "def near(x):\n    return np.exp(x) + LIMIT\ndef f(x):\n    return g(x) + near(x)"
    assert code_of_task(source, "f", ["f", "g"], 9) == expected
    assert code_of_task(source, "f", ["f", "g"], 1) == "def near(x):\n    ..."
    assert code_of_task(source, "h", ["h"], 9) == code_of_task("def f(:", "f", ["f"], 9) == ""
    assert code_of_task("def f(x):\n    return abs(x)\n", "f", ["f"], 9).startswith("def f")


def test_where_most_of_a_class_is_alike_nothing_stands_out_and_a_small_class_has_a_threshold():
    assert threshold([0.9, 0.95, 1.0, 1.0, 0.85, 0.99, 0.9, 0.93]) >= 1
    assert threshold([0.3, 0.3]) == threshold([]) == 0.8


def test_clusters_are_connected_pairs_beyond_the_threshold():
    pairs = [("a", "b", 0.9), ("b", "c", 0.8), ("d", "e", 0.95), ("e", "f", 0.5), ("x", "y", 0.7)]
    first, second = clusters(pairs, 0.7)
    assert (first.members, second.members) == (("d", "e"), ("a", "b", "c"))
    assert second.pairs == (("a", "b", 0.9), ("b", "c", 0.8))


@pytest.mark.parametrize("row", ["a,b", "a,b,high,1"])
def test_another_table_than_that_of_jplag_is_an_error_with_its_line(tmp_path, monkeypatch, row):
    monkeypatch.chdir(tmp_path)
    of_jplag.RESULTS.write_text(f"one,two,three,four\n{row}\n")
    with pytest.raises(BadInputError, match="line 2"):
        list(of_jplag.similar_pairs(CodeComparison("rnn", "RNN", {"a": "", "b": ""})))
