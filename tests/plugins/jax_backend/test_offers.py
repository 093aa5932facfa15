"""What the JAX backend offers, read off without JAX."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from repository import ROOT

from framework.course.catalogue import Catalogue
from framework.providers.loaded_plugins import Plugins
from plugins.jax_backend import EXERCISES

REGISTRY = Plugins().registry
OFFERED = [name for name in Catalogue.read(ROOT).exercise_names if name in EXERCISES]


@pytest.mark.parametrize("name", OFFERED)
def test_networks_that_are_offered_have_all_their_parts(name):
    text = Path(find_spec(EXERCISES[name]).origin).read_text("utf-8")
    parts = set(re.findall(r'\bpart\(\s*"(\w+)"', text))
    assert [part for part in sorted(parts) if not REGISTRY.offers(part, "jax")] == []


def test_thirty_exercises_are_offered():
    assert len(OFFERED) >= 30
