"""Where tests find the repository, and the real corpora that are no part of it."""

import os
from pathlib import Path

#: The folder that holds ``framework``, ``exercises``, ``solutions`` and the rest.
ROOT = Path(__file__).resolve().parents[2]

#: The folder of the real corpora; tests that need one skip where it is missing.
DATA = Path(os.environ.get("GRADUS_DATA", ROOT.parent / "shared" / "data"))


def text_of(name: str) -> str:
    """Return the text of a file in ``tests/data``."""
    return (ROOT / "tests" / "data" / name).read_text("utf-8")
