"""What to build and with which arguments, in one word of a command line."""

from __future__ import annotations

from framework.errors import UsageError


def parse_named(text: str) -> tuple[str, dict[str, float]]:
    """``NAME`` or ``NAME:argument=number,...`` as the name and the arguments.

    >>> parse_named("step_decay:factor=0.5,every=1")
    ('step_decay', {'factor': 0.5, 'every': 1})

    Raises:
        UsageError: an argument is not written as ``argument=number``.
    """
    name, _, rest = text.partition(":")
    return name, dict(_argument(text, item) for item in rest.split(",") if item)


def _argument(text: str, item: str) -> tuple[str, float]:
    name, _, value = (part.strip() for part in item.partition("="))
    if name.isidentifier():
        for kind in (int, float):
            try:
                return name, kind(value)
            except ValueError:
                continue
    raise UsageError(f"'{text}' cannot be read at '{item}': write NAME:argument=number,...")
