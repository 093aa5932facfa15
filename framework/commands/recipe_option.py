"""`--recipe`: the options of a published training run, from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import framework
from framework.errors import UnknownNameError
from framework.toml_tables import read_table

#: Recipes that ship with gradus, a TOML file each.
FOLDER = Path(framework.__file__).parent / "training" / "published"


def apply_recipe(context: typer.Context, recipe: str | None) -> str | None:
    """Make the lines of the file `recipe` the defaults of the command's options.

    Raises:
        UnknownNameError: neither a recipe nor a file.
        BadInputError: the file cannot be read, or a line is none of the command's options.
    """
    if recipe is not None:
        table = read_table(_file(recipe))
        table.only(*[option.name or "" for option in context.command.params])
        context.default_map = dict(table.values)
    return recipe


def _file(recipe: str) -> Path:
    if Path(recipe).suffix == ".toml":
        return Path(recipe)
    known = {file.stem: file for file in FOLDER.glob("*.toml")}
    if recipe not in known:
        raise UnknownNameError("recipe, or file that ends in .toml,", recipe, known)
    return known[recipe]


RecipeOption = Annotated[
    str | None,
    typer.Option(
        "--recipe",
        is_eager=True,
        callback=apply_recipe,
        help="Defaults for all other options: a TOML file with a line for each, or one that ships "
        f"with gradus: {', '.join(sorted(file.stem for file in FOLDER.glob('*.toml')))}.",
    ),
]
