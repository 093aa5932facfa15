"""What `gradus train EXERCISE` trains: the table ``[train]`` of the exercise's exercise.toml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from framework.course.folder import find_course_folder
from framework.errors import UnknownNameError
from framework.toml_tables import Table, read_table

#: The kind of run of a recipe that names none, and of a model that no exercise trains.
DEFAULT_RUN = "language_model"


@dataclass(frozen=True)
class Recipe:
    """A model by its registry name, arguments of its constructor, and its kind of run."""

    model: str
    defaults: Mapping[str, Any] = field(default_factory=dict, hash=False)
    run: str = DEFAULT_RUN


def read_recipe(table: Table) -> Recipe:
    """The recipe in the table ``[train]``.

    Raises:
        BadInputError: `model` is missing, a key is unknown, or a value is of another type.
    """
    table.only("model", "defaults", "run")
    defaults = table.table("defaults").values
    return Recipe(table.get("model", str), defaults, table.get("run", str, DEFAULT_RUN))


def exercise_recipes() -> Iterator[tuple[str, Recipe]]:
    """The exercises that can be trained, with their recipes.

    They are those of the course around the working directory, or else of the installed one.
    """
    root = find_course_folder()
    paths = root.glob("exercises/*/*/exercise.toml") if root else ()
    for path in sorted(paths):
        table = read_table(path).table("train")
        if table.values:
            yield path.parent.name, read_recipe(table)


def find_recipe(name: str, models: Iterable[str]) -> Recipe:
    """The recipe of the exercise or model `name`; a model that no exercise trains has no defaults.

    Args:
        name: what to train; or ``KIND:MODEL``, a model with the kind of run that is to train it.
        models: registry names of what can be trained without naming the kind of run.

    Raises:
        UnknownNameError: neither an exercise with a recipe nor a model.
    """
    recipes = list(exercise_recipes())
    kind, colon, model = name.partition(":")
    if colon:
        known_as = _named(model, recipes)
        defaults = known_as.defaults if known_as and known_as.run == kind else {}
        return Recipe(model, defaults, kind)
    if found := _named(name, recipes):
        return found
    if name in (known := set(models)):
        return Recipe(name)
    known |= {known_as for exercise, recipe in recipes for known_as in (exercise, recipe.model)}
    raise UnknownNameError("exercise or model to train", name, known, "gradus list")


def run_of(name: str) -> str:
    """The kind of run that trains the exercise or model `name`, known or not."""
    kind, colon, _ = name.partition(":")
    if colon:
        return kind
    found = _named(name, exercise_recipes())
    return found.run if found else DEFAULT_RUN


def _named(name: str, recipes: Iterable[tuple[str, Recipe]]) -> Recipe | None:
    return next((recipe for exercise, recipe in recipes if name in (exercise, recipe.model)), None)
