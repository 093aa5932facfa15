"""A graded class with odd names, and the pages of its run."""

import pytest
from large_class import large_class
from repository import ROOT

from autograder.course.reading import Course
from plugins.classes.collecting.listing import named
from plugins.classes.pages.site import RunSite
from plugins.classes.pages.view import CodeReader, read_view


@pytest.fixture(scope="session")
def pages_of(tmp_path_factory):
    """`pages_of(count)`: the pages of a class of that size."""
    opened = []

    def made(count, **options):
        folder = tmp_path_factory.mktemp("class") / "lab1"
        collection, store, run = large_class(folder, count, **options)
        opened.append(store)
        shown = named(collection)
        view = store.transaction(lambda c: read_view(c, collection, run, shown))
        return RunSite(view, store, CodeReader(collection, Course.read(ROOT)))

    yield made
    for store in opened:
        store.close()


@pytest.fixture(scope="session")
def site(pages_of):
    return pages_of(40, works=25)
