"""What benchmarks share: medians of repeated runs, shown as a table."""

import statistics

import pytest


@pytest.fixture
def show():
    """Print rows of (name, values) under a title, with median, minimum and maximum of each."""

    def table(title, rows):
        rows = list(rows)
        print(f"\n{title}")
        width = max(len(name) for name, _ in rows)
        for name, values in rows:
            middle = statistics.median(values)
            spread = f"({min(values):.3f} to {max(values):.3f})"
            print(f"  {name.ljust(width)}  {middle:8.3f}  {spread}")

    return table
