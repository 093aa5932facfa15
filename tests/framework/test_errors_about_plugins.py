"""Errors about plugins: two owners are named as such, and nothing built in is to be blocked."""

from __future__ import annotations

import pytest

from framework.errors import BUILT_IN_OWNERS, ConflictError, block_options
from framework.providers.hook_calls import contract_error
from framework.providers.plugin_sources import BUILT_IN, Source, find_sources
from framework.providers.registry import Implementation, Registry


def test_everything_built_in_is_known():
    assert set(BUILT_IN) <= BUILT_IN_OWNERS


@pytest.mark.parametrize(
    ("plugins", "options"),
    [
        (["autograder"], ""),
        (["gradus", "week3"], "`--block week3`"),
        (["week3", "week4", "week3"], "`--block week3` or `--block week4`"),
    ],
)
def test_only_what_was_added_is_to_be_blocked(plugins, options):
    assert block_options(plugins) == options


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ("autograder", "week3 (w 1.0)", "autograder and week3 (w 1.0) both offer the corpus 'x': "
         "choose with `--block week3`"),
        ("gradus", "autograder", "gradus and autograder both offer the corpus 'x'"),
        ("week3", "week3", "week3 offers the corpus 'x' twice: leave it out with `--block week3`"),
    ],
)  # fmt: skip
def test_two_owners_of_a_name(first, second, text):
    assert str(ConflictError.between("corpus", "x", first, second)) == text


def test_a_built_in_plugin_that_breaks_a_contract_is_not_to_be_blocked():
    built_in = Source("autograder", "built-in", "autograder.plugin")
    assert "--block" not in str(contract_error(built_in, "add_commands", "it raised"))


def test_a_plugin_with_a_built_in_name_is_to_be_renamed(tmp_path):
    (tmp_path / "autograder.py").write_text("", "utf-8")
    with pytest.raises(ConflictError) as error:
        find_sources([str(tmp_path / "autograder.py")], [])
    assert "Uninstall or rename option" in str(error.value)
    assert "--block" not in str(error.value)


def claim(origin: str, target: str) -> Implementation:
    return Implementation("optimizer", "lion", "week3", target, origin)


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ("a (a 1.0)", "a (a 1.0)", "a (a 1.0) offers lion@week3 twice, as m:A and m:B"),
        ("a (a 1.0)", "b (b 1.0)", "two plugins offer lion@week3: a (a 1.0) and b (b 1.0)"),
        ("a (a 1.0)", "b (b 1.0)", '[overrides] "lion@week3" = "a"'),
        ("the course (c.toml)", "a (a 1.0)", "a course and a plugin offer lion@week3: the course"),
        ("torch_backend", "a (a 1.0)", "Leave one out with `--block a`, or choose in course.toml"),
    ],
)
def test_two_claims_to_one_name(first, second, text):
    registry = Registry()
    registry.add(claim(first, "m:A"))
    with pytest.raises(ConflictError) as error:
        registry.add(claim(second, "m:B"))
    assert text in str(error.value)
