"""The student's day: what is installed, typed, and shown."""

from __future__ import annotations

import json
import shutil
import site
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

from autograder.course.mistakes import load_mistakes
from autograder.course.reading import Course
from docs.transcripts.record import MOST_LINES, Event
from docs.transcripts.terminal import Terminal
from plugins.authoring.kits.building import build_kit

#: What the student works on.
EXERCISES = ("neuron", "activations", "losses")
#: A model of their parts, which is trained at the end of the day, and what else it needs.
MODEL, OTHERS = "window_classifier", ("optimizers",)


class Day:
    """A day in a new environment, in which gradus is installed, and in a new kit."""

    def __init__(self, course: Course, folder: Path) -> None:
        self._course = course
        self._kit = folder / "kit"
        names = (*EXERCISES, *OTHERS, MODEL)
        build_kit(course, self._kit, names, 1, lambda line: None)
        self._terminal = Terminal(self._kit, _installed(course.root, folder))

    def play(self) -> Iterator[Event]:
        """Yield all that happens, in order."""
        yield self._typed("Look around.", "gradus list")
        yield self._typed("Read an exercise.", "gradus show neuron")
        for name in EXERCISES:
            yield from self._exercise(name)
        yield from self._notebook()
        yield self._watched()
        yield self._typed("Use plain pytest.", "pytest -q exercises/neural_networks/losses")
        yield from self._trained()
        yield self._typed("See what was done.", "gradus list")

    def _typed(self, said: str, command: str, most: int = MOST_LINES) -> Event:
        return Event(said, command, self._terminal.run(command), most)

    def _exercise(self, name: str) -> Iterator[Event]:
        """Make a listed mistake, look at it, and correct it."""
        self._save(name, self._wrong(name))
        wrong = self._typed(f"Write {name}.py with a mistake, and grade it.", f"grade {name}")
        yield wrong
        yield self._typed("Ask for a hint.", f"gradus hint {name}")
        replay = next(
            (line.split("replay", 1)[1].strip() for line in wrong.output.splitlines()
             if line.strip().startswith("replay")), ""
        )  # fmt: skip
        if replay:
            yield self._typed("Make the call of the failed check again.", replay)
        self._save(name, self._right(name))
        yield self._typed("Correct the mistake.", f"grade {name}")

    def _notebook(self) -> Iterator[Event]:
        """Solve an exercise in a notebook."""
        yield self._typed("Take a notebook instead of a file.", "gradus notebook losses")
        file = self._kit / "losses.ipynb"
        notebook = json.loads(file.read_text("utf-8"))
        source = self._right("losses").splitlines(keepends=True)
        cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": []}
        notebook["cells"].append(cell | {"execution_count": None, "id": "solution"})
        file.write_text(json.dumps(notebook), "utf-8")
        yield self._typed("Complete the notebook, and grade it.", "grade losses.ipynb")
        file.unlink()

    def _trained(self) -> Iterator[Event]:
        """Train a model of the student's own parts; some are not written at first."""
        train = f"gradus train {MODEL} --provider student --epochs 2"
        yield self._typed("Train a model of these parts: a kit says what is not written.", train)
        for name in (*OTHERS, MODEL):
            self._save(name, self._right(name))
            yield self._typed(f"Write {name}.py, and grade it.", f"grade {name}")
        yield self._typed("Train the model, in which all code is one's own.", train, most=40)

    def _watched(self) -> Event:
        """Save a file while `grade --watch` runs in a terminal."""
        name = "losses"
        self._save(name, self._wrong(name))
        command = f"grade {name} --watch"
        screen = self._terminal.watch(
            command, lambda: self._save(name, self._right(name)), ("failed", "14/14 points")
        )
        return Event("Watch a file in a terminal; correct it, and press Ctrl-C.", command, screen)

    def _save(self, name: str, source: str) -> None:
        exercise = self._course.exercise(name)
        path = self._kit / exercise.stub.relative_to(exercise.root)
        path.write_text(source, "utf-8")

    def _right(self, name: str) -> str:
        return self._course.exercise(name).solution_source()

    def _wrong(self, name: str) -> str:
        return load_mistakes(self._course.exercise(name))[0].apply(self._right(name))


def _installed(root: Path, folder: Path) -> Path:
    """Install gradus in a new environment; return the folder with its commands.

    What it depends on is taken from this environment: nothing is loaded from elsewhere.
    """
    environment = folder / "environment"
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    answer = subprocess.check_output(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    )
    packages = Path(answer.strip())
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder / "wheels", root)
    (wheel,) = (folder / "wheels").glob("gradus_nlp-*.whl")
    _pip("--python", python, "install", "--no-deps", wheel)
    (packages / "others.pth").write_text("\n".join(site.getsitepackages()), "utf-8")
    pytest = environment / "bin" / "pytest"
    pytest.write_text(f"#!{python}\nimport sys, pytest\nsys.exit(pytest.main())\n", "utf-8")
    pytest.chmod(0o755)
    shutil.rmtree(folder / "wheels")
    return environment / "bin"


def _pip(*words: object) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "-q", *map(str, words)], check=True, capture_output=True
    )
