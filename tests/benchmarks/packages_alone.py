"""A program that grades nothing: what the packages of `grade` take alone.

``python packages_alone.py TESTS OPTION...``: it imports NumPy and what `grade` imports beside it,
runs the file TESTS with pytest and its OPTIONs, and shows a table. Garbage is not collected, and
nothing is cleared away in the end, as in `grade`.
"""

import gc

gc.disable()

import argparse  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402

import msgpack  # noqa: E402, F401
import numpy as np  # noqa: E402
import pytest  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402


class Fixtures:
    """The plugin of pytest that checks need: a fixture, and a mark."""

    def pytest_configure(self, config):
        config.addinivalue_line("markers", "points(n): what the check is worth")

    @pytest.fixture
    def rng(self):
        return np.random.default_rng(0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tests")
    given, options = parser.parse_known_args()
    options.append(f"--confcutdir={os.path.dirname(given.tests)}")  # noqa: PTH120
    assert pytest.main([*options, given.tests], plugins=[Fixtures()]) == 0
    table = Table("check", "points")
    for number in range(3):
        table.add_row("check", str(number))
    Console().print(table)
    sys.stdout.flush()
    os._exit(0)


main()
