"""One thread for linear algebra, as `grade` has it; no CI server, which must name a course.

No test depends on the time that something takes: properties have no deadline.

``pytest --exercise NAME`` runs all that a change of one exercise needs, and nothing else.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from autograder.course.reading import find_course
from autograder.grading.setting import CI_VARIABLES
from framework.errors import GradusError

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

for variable in CI_VARIABLES:
    os.environ.pop(variable, None)

with suppress(ModuleNotFoundError):  # the lowest versions are tested without it
    from hypothesis import settings

    settings.register_profile("gradus", deadline=None)
    settings.load_profile("gradus")

HERE = Path(__file__).parent
#: Where tests of single exercises stand.
OF_EXERCISES = (
    "exercises",
    "docs/test_figures.py",
    "docs/test_mathematics.py",
    "docs/test_tutorials.py",
    "autograder/course/test_mistakes.py",
    "plugins/networks/*/test_{name}.py",
    "plugins/torch_backend/test_forms.py",
    "plugins/torch_backend/*/test_{name}.py",
)
ALL_OF_ONE = HERE / "exercises" / "test_one_exercise.py"


@pytest.fixture(autouse=True)
def forget_modules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A module that a test wrote is gone after it: the next test's module may have its name."""
    yield
    written = str(tmp_path_factory.getbasetemp())
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(written):
            del sys.modules[name]


@pytest.fixture(scope="module")
def backends():
    """`backends(name)`: a backend of the installed plugins."""
    from framework.providers.backends import Backend
    from framework.providers.loaded_plugins import Plugins

    registry = Plugins().registry
    return lambda name: Backend(registry, name)


@pytest.fixture(scope="module")
def backend(backends):
    """The backend of the NumPy reference."""
    return backends("numpy")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return three workers for two processors: workers often wait for processes they started."""
    return max(1, (os.cpu_count() or 1) * 3 // 2)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--exercise NAME``."""
    parser.addoption("--exercise", metavar="NAME", help="run all tests of one exercise alone")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse an exercise that does not exist."""
    if name := config.getoption("exercise"):
        try:
            find_course(HERE).exercise(name)
        except GradusError as error:
            raise pytest.UsageError(str(error)) from None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Collect only tests of exercises, where one is chosen."""
    name = config.getoption("exercise")
    if not name:
        return True if collection_path == ALL_OF_ONE else None
    rooms = [room for pattern in OF_EXERCISES for room in HERE.glob(pattern.format(name=name))]
    related = any(
        room.is_relative_to(collection_path) or collection_path.is_relative_to(room)
        for room in rooms
    )
    return None if related else True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of the chosen exercise: its name is in their parameters or their file."""
    name = config.getoption("exercise")
    if name:
        kept = [item for item in items if concerns(item, name)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def concerns(item: pytest.Item, name: str) -> bool:
    """Whether a test is one of the exercise `name`."""
    file, _, parameters = item.nodeid.partition("::")
    own_files = (ALL_OF_ONE.name, f"test_{name}.py")
    _, _, parameters = parameters.partition("[")
    return (
        Path(file).name in own_files
        or Path(file).stem.startswith(f"test_{name}_")
        or name in re.split(r"[-/\]]", parameters)
    )
