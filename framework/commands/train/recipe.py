"""`--recipe`: reads the options of a published training run from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

import framework
from framework.commands.options import SetupOptions
from framework.errors import BadInputError, UnknownNameError, UsageError
from framework.toml_tables import Table, read_table
from framework.training.option_fields import checked_values
from framework.training.options import TrainingOptions

#: The built-in recipes: TOML files in a folder for each kind of run.
FOLDER = Path(framework.__file__).parent / "training" / "published"


def recipe_option(kind: str, options: type[TrainingOptions]) -> Any:
    """Return the parameter ``--recipe`` of the command for runs of the kind `kind`."""

    def apply(context: typer.Context, recipe: str | None) -> str | None:
        """Use the values in the file `recipe` as defaults of the command's options."""
        if recipe is not None:
            table = read_table(_file(recipe, kind))
            known = {option.name or "": None for option in context.command.params}
            del known["recipe"]
            table.reject_unknown_keys(*known)
            context.default_map = _checked(table, options, SetupOptions)
        return recipe

    known = ", ".join(sorted(_recipes(kind)))
    shipped = f", or a built-in recipe: {known}" if known else ""
    described = typer.Option(
        "--recipe",
        is_eager=True,
        callback=apply,
        help=f"Defaults of the other options: a TOML file with a line for each{shipped}.",
    )
    return Annotated[str | None, described]


def _recipes(kind: str) -> dict[str, Path]:
    return {file.stem: file for file in (FOLDER / kind).glob("*.toml")}


def _checked(table: Table, *options: type) -> dict[str, Any]:
    """Return the values in `table`, checked by the types and ranges of `options`.

    Raises:
        BadInputError: a value does not fit: names the file, the option and what is allowed.
    """
    try:
        found = (checked_values(one, table.values) for one in options)
        return {name: value for values in found for name, value in values.items()}
    except UsageError as error:
        raise BadInputError(f"{table.file}: {error}") from None


def _file(recipe: str, kind: str) -> Path:
    """Return where `recipe` is.

    Raises:
        UnknownNameError: neither a recipe of this kind of run nor a file.
    """
    if Path(recipe).suffix == ".toml":
        return Path(recipe)
    known = _recipes(kind)
    if recipe in known:
        return known[recipe]
    others = [path.parent.name for path in FOLDER.glob(f"*/{recipe}.toml")]
    note = (
        f"'{recipe}' is a recipe for runs of the kind {others[0]}, not {kind}. " if others else ""
    )
    note += "For your own recipe, give a path that ends in .toml"
    raise UnknownNameError("recipe", recipe, known, note=note)
