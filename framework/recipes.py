"""What `gradus train EXERCISE` trains: the table ``[train]`` of the exercise's exercise.toml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from framework.course_folder import find_course_folder
from framework.errors import UnknownNameError
from framework.tables import read_table


@dataclass(frozen=True)
class Recipe:
    """A model by its registry name, and arguments of its constructor."""

    model: str
    defaults: Mapping[str, Any] = field(default_factory=dict)


def find_recipe(name: str, models: Iterable[str]) -> Recipe:
    """The recipe of the exercise or model `name`; a model that no exercise trains has no defaults.

    Exercises are those of the course around the working directory, or else of the installed one.

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
    root = find_course_folder()
    paths = root.glob("exercises/*/*/exercise.toml") if root else ()
    for path in sorted(paths):
        table = read_table(path).table("train")
        if table.values:
            yield path.parent.name, Recipe(table.get("model", str), table.table("defaults").values)
