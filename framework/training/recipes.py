"""The recipes of `gradus train EXERCISE`: tables ``[train]`` in exercise.toml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from framework.course.catalogue import Catalogue, active_course
from framework.errors import UnknownNameError, UsageError
from framework.toml_tables import Format, Key, Table

#: The default kind of run, of a recipe and of a model without an exercise.
DEFAULT_RUN = "language_model"


TRAIN_FORMAT = Format(
    "[train]",
    (
        Key("model", str, "Registry name of the model that is trained.", required=True),
        Key("defaults", dict, "Arguments of the model's constructor."),
        Key("options", dict, "Options of `gradus train EXERCISE` with another default."),
        Key("requires", list, "Exercises that the run needs, but the exercise itself does not."),
        Key("run", str, "Kind of run, as `language_model` or `classifier`."),
    ),
)


@dataclass(frozen=True)
class Recipe:
    """A model by its registry name, arguments of its constructor, and its kind of run.

    Attributes:
        options: options of `gradus train EXERCISE` with another default.
        requires: exercises that the run needs in addition to those that the exercise requires.
    """

    model: str
    defaults: Mapping[str, Any] = field(default_factory=dict, hash=False)
    run: str = DEFAULT_RUN
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    requires: tuple[str, ...] = ()


def read_recipe(table: Table) -> Recipe:
    """Return the recipe in the table ``[train]``.

    Raises:
        BadInputError: `model` is missing, a key is unknown, or a value is of another type.
    """
    TRAIN_FORMAT.check(table)
    defaults, options = (table.table(name).values for name in ("defaults", "options"))
    run = table.get("run", str, DEFAULT_RUN)
    return Recipe(table.get("model", str), defaults, run, options, table.texts("requires"))


def exercise_recipes() -> Iterator[tuple[str, Recipe]]:
    """Yield the exercises of the active course that can be trained, with their recipes.

    A run that needs an exercise which a student kit does not have is left out.
    """
    course = active_course()
    for name, recipe in _all_recipes(course):
        if set(recipe.requires) <= set(course.exercise_names):
            yield name, recipe


def _all_recipes(course: Catalogue) -> Iterator[tuple[str, Recipe]]:
    for name in course.exercise_names:
        table = course.exercise_table(name).table("train")
        if table.values:
            yield name, read_recipe(table)


def find_recipe(name: str, models: Iterable[str]) -> Recipe:
    """Return the recipe of the exercise or model `name`.

    Args:
        name: an exercise or a model; or ``KIND:MODEL``, a kind of run and a model.
        models: registry names of the models that do not need a kind.

    Raises:
        UnknownNameError: neither an exercise with a recipe nor a model.
        UsageError: this course does not have an exercise that the run needs.
    """
    recipes = list(exercise_recipes())
    kind, colon, model = name.partition(":")
    if colon:
        known_as = _named(model, recipes)
        defaults = known_as.defaults if known_as and known_as.run == kind else {}
        return Recipe(model, defaults, kind)
    if own := _named(name, recipes):
        return own
    if name in (known := set(models)):
        return Recipe(name)
    course = active_course()
    if left_out := _named(name, _all_recipes(course)):
        missing = [needed for needed in left_out.requires if needed not in course.exercise_names]
        raise UsageError(
            f"'{name}' cannot be trained here: it needs {' and '.join(missing)}, which this course "
            "does not have. `gradus train` lists what can be trained"
        )
    known |= {known_as for exercise, recipe in recipes for known_as in (exercise, recipe.model)}
    raise UnknownNameError("exercise or model to train", name, known, "gradus list")


def run_of(name: str) -> str:
    """Return the kind of run that trains the exercise or model `name`, known or not."""
    kind, colon, _ = name.partition(":")
    if colon:
        return kind
    recipe = _named(name, exercise_recipes())
    return recipe.run if recipe else DEFAULT_RUN


def _named(name: str, recipes: Iterable[tuple[str, Recipe]]) -> Recipe | None:
    """Return the recipe of the exercise or model `name`.

    Another language model of an exercise is trained as that of its recipe is, without defaults.
    """
    recipes = list(recipes)
    known = (recipe for exercise, recipe in recipes if name in (exercise, recipe.model))
    others = (Recipe(name, run=recipe.run) for exercise, recipe in recipes if _has(exercise, name))
    return next(chain(known, others), None)


def _has(exercise: str, name: str) -> bool:
    """Return whether `exercise` defines the language model `name`."""
    tasks = active_course().tasks(exercise)
    return any(task.registry_name == name and task.kind == "language_model" for task in tasks)
