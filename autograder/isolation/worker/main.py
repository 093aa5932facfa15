"""Entry of the worker process: ``python -I -S -B main.py SETTINGS``.

Python compiles a program in every run, and this one is short; what it imports is compiled already.
"""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Run the worker until the grader closes the channel."""
    settings = json.loads(sys.argv[1])
    sys.path[:] = [settings["modules"], *sys.path[1:]]
    sys.argv = ["worker"]
    from autograder.isolation.worker.serving import serve  # found once the search path is set

    serve(settings)


if __name__ == "__main__":
    main()
