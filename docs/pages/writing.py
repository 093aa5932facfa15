"""Writes all generated pages; pages of things that are gone are removed."""

from __future__ import annotations

from pathlib import Path

from docs.pages.checks import checks_page
from docs.pages.commands import command_pages
from docs.pages.exercises import exercise_pages
from docs.pages.formats import formats_page
from docs.pages.hooks import hooks_page
from docs.pages.reference import reference_pages

FOLDER = "docs/generated"


def write_pages(root: Path) -> None:
    """Write every generated page below ``docs/generated`` of the repository `root`."""
    folder = root / FOLDER
    pages = {
        **exercise_pages(root),
        **command_pages(root),
        **reference_pages(),
        "formats.md": formats_page(),
        "checks.md": checks_page(root),
        "hooks.md": hooks_page(root),
    }
    for path, text in pages.items():
        _write(folder / path, text)
    for stale in {*folder.rglob("*.md"), *folder.rglob("*.rst")} - {folder / p for p in pages}:
        stale.unlink()


def _write(path: Path, text: str) -> None:
    """Write `text`, unless the file holds it: then the site is built from its cache."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
