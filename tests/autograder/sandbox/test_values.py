"""Trees of values: their leaves, with the keys and indices that lead to them."""

import numpy as np

from autograder.sandbox.wire import Handle, leaves, map_leaves, same_form, zip_leaves

TREE = {"W": 1.0, "states": (2.0, [3.0, {"b": "text"}]), "empty": [], 0: None}


def test_leaves_come_in_order_with_their_paths():
    assert list(leaves(TREE)) == [
        *[(("W",), 1.0), (("states", 0), 2.0), (("states", 1, 0), 3.0)],
        *[(("states", 1, 1, "b"), "text"), ((0,), None)],
    ]


def test_arrays_texts_and_handles_are_leaves():
    for leaf in (np.ones((2, 2)), "text", Handle(1, "RNN"), None):
        ((path, found),) = leaves(leaf)
        assert path == () and found is leaf


def test_map_keeps_the_containers_and_leaves_the_tree_as_it_is():
    assert map_leaves(lambda leaf: [leaf], (1, [2, {"a": 3}])) == ([1], [[2], {"a": [3]}])
    copy = map_leaves(lambda leaf: leaf, TREE)
    copy["states"][1].clear()
    assert TREE["states"][1] == [3.0, {"b": "text"}]


def test_zip_yields_what_both_have():
    one, other = {"a": [1, 2], "b": (3,), "c": 4}, {"c": [5], "a": (6, 7, 8)}
    pairs = list(zip_leaves(one, other))
    assert pairs == [(("a", 0), 1, 6), (("a", 1), 2, 7), (("c",), 4, [5])]


def test_strict_zip_yields_whole_containers_that_differ_in_length_or_keys():
    one, other = {"a": [1, 2], "b": (3,)}, {"b": [4], "a": [5]}
    assert list(zip_leaves(one, other, strict=True)) == [(("a",), [1, 2], [5]), (("b", 0), 3, 4)]
    assert list(zip_leaves({"a": 1}, {"b": 1}, strict=True)) == [((), {"a": 1}, {"b": 1})]


def test_the_form_is_that_of_the_containers():
    assert same_form({"a": [1, None]}, {"a": ["text", 2.0]})
    for other in ({"a": (1, 2)}, {"a": [1]}, {"b": [1, 2]}, {"a": [1, []]}, {"a": 1}, [1, 2]):
        assert not same_form({"a": [1, 2]}, other)
