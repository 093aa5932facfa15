"""HTML from templates: values are escaped, and an undefined name is an error."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from jinja2.environment import TemplateModule
    from markupsafe import Markup


def environment(*packages: str) -> Environment:
    """Return an environment for the folders ``templates`` of `packages`, the first one first."""
    return Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def block(name: str, **values: Any) -> Markup:
    """Return a building block of ``templates/blocks.html`` with its values."""
    filled: Markup = getattr(_blocks(), name)(**values)
    return filled


@cache
def _blocks() -> TemplateModule:
    return environment("autograder.results.findings").get_template("blocks.html").module
