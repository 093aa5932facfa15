"""`docs/backend.md` is followed word by word: its files are written, its commands run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from programs import completed_script
from repository import ROOT

PAGE = (ROOT / "docs/backend.md").read_text("utf-8")
#: A file, the new text of `_MODULES`, or a command.
STEP = re.compile(
    r"^`(?P<file>[\w./]+)`:\n\n```python\n(?P<text>.*?)^```$"
    r"|(?P<modules>^_MODULES = \{\n.*?^\}\n)"
    r"|^    (?P<command>(?:gradus|grade|pytest|pip) [^\n]*)$",
    re.MULTILINE | re.DOTALL,
)
REGISTERS = "boxes/boxes/__init__.py"


def run(folder: Path, command: str) -> str:
    """Run a command of the page in `folder`, on the public course."""
    program, *arguments = command.split()
    if program == "grade":
        arguments += ["--jobs", "1", "--course", str(ROOT)]
        arguments = [str(ROOT / word) if word == "solutions" else word for word in arguments]
    done = completed_script(program, *arguments, cwd=folder)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.timeout(900)
def test_every_step_of_the_page_works(tmp_path):
    steps = list(STEP.finditer(PAGE))
    assert len(steps) == 11
    for step in steps:
        if step["file"]:
            (tmp_path / step["file"]).write_text(step["text"], "utf-8")
        elif step["modules"]:
            file = tmp_path / REGISTERS
            before = file.read_text("utf-8")
            after = re.sub(r"^_MODULES = \{\n.*?^\}\n", step["modules"], before, flags=re.M | re.S)
            assert after != before
            file.write_text(after, "utf-8")
        elif not step["command"].startswith("pip"):  # what is installed stays as it is
            run(tmp_path, step["command"])
