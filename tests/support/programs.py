"""Programs in processes of their own, for tests that read what they print."""

import os
import subprocess
import sys
from pathlib import Path


def with_scripts(**variables):
    """Return this environment with `variables`, and the commands beside this interpreter."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, **variables}


def completed(program, *arguments, check=False, **options):
    """Return a program that has ended, with its exit code and what it printed, as text."""
    words = [str(word) for word in (program, *arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=check, **options)


def completed_python(*arguments, **options):
    """Return a run of this interpreter that has ended."""
    return completed(sys.executable, *arguments, **options)


def completed_script(program, *arguments, **options):
    """Return a run of a command that is installed beside this interpreter, such as `gradus`."""
    return completed(Path(sys.executable).parent / program, *arguments, **options)
