"""Write the figures of the exercises and of the site, or check that they are up to date.

python -m docs.figures [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path

from docs.figures import (  # noqa: F401  (they register their figures)
    convolution,
    gated_rnns,
    language_models,
    neural_networks,
    overview,
    transformers,
    translation,
    word_vectors,
)
from docs.figures.registry import FIGURES

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """Write or check all figures; return the exit code."""
    only_check = "--check" in arguments
    texts = {ROOT / path: draw().svg() for path, draw in FIGURES.items()}
    stale = [p for p, text in texts.items() if not p.is_file() or p.read_text("utf-8") != text]
    for path in stale:
        if not only_check:
            path.write_text(texts[path], "utf-8")
        shown = path.relative_to(ROOT)
        print(f"{shown} is out of date: run `python -m docs.figures`" if only_check else shown)
    return 1 if stale and only_check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
