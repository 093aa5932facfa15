"""The console of the commands that print lines, tables and progress bars."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from framework.startup.terminal import wrapped


class TextConsole(Console):
    """Prints texts without colours; on a terminal their long lines break between words."""

    def __init__(self) -> None:
        super().__init__(highlight=False, markup=False)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print `objects`: a text in lines of its own, anything else as `rich` does."""
        shown = [wrapped(one, self.file) if isinstance(one, str) else one for one in objects]
        options.setdefault("soft_wrap", any(isinstance(one, str) for one in objects))
        super().print(*shown, **options)
