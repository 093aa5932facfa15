"""What `gradus train EXERCISE` trains: the table ``[train]`` of the exercise's exercise.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import framework
from framework.errors import BadInputError, UnknownNameError


@dataclass(frozen=True)
class Recipe:
    """A model by its registry name, and arguments of its constructor."""

    model: str
    defaults: Mapping[str, Any] = field(default_factory=dict)


def find_recipe(name: str, models: Iterable[str]) -> Recipe:
    """The recipe of the exercise or model `name`; a model that no exercise trains has no defaults.

    Exercises are looked for in ``./exercises``, then beside the installed framework.

    Args:
        name: what to train.
        models: registry names of what can be trained.

    Raises:
        UnknownNameError: neither an exercise with a recipe nor a model.
    """
    recipes = list(_recipes())
    for exercise, recipe in recipes:
        if name in (exercise, recipe.model):
            return recipe
    if name in (known := set(models)):
        return Recipe(name)
    known |= {exercise for exercise, _ in recipes}
    raise UnknownNameError("exercise or model to train", name, known, "gradus list")


def _recipes() -> Iterator[tuple[str, Recipe]]:
    for folder in (Path("exercises"), Path(framework.__file__).parents[1] / "exercises"):
        for path in sorted(folder.glob("*/*/exercise.toml")):
            if recipe := _read(path):
                yield path.parent.name, recipe


def _read(path: Path) -> Recipe | None:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("train")
        return Recipe(table["model"], table.get("defaults", {})) if table else None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
        raise BadInputError(f"{path} cannot be used: {error}") from error
