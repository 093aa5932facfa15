"""The site in a browser: formulas are drawn, nothing is cut, and nothing comes from a network."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from browser import PHONE, WIDE, chromium, tab
from programs import completed
from repository import ROOT, text_of

#: A page with formulas in sentences, in a table and as paragraphs, one of them wide.
FORMULAS = text_of("texts/site/formulas.md")
#: The settings of the site, without the pages that are made from the repository.
SETTINGS = f"""import sys
sys.path.insert(0, {str(ROOT)!r})
from docs.conf import *
del setup
"""
PAGES = ("README", "students", "day", "instructors", "course", "classes")
#: What is wider than its box: blocks of code, and formulas outside of boxes that scroll.
CUT = text_of("texts/site/cut.js")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site of some pages, and of every exercise's text with formulas."""
    source = tmp_path_factory.mktemp("source")
    (source / "conf.py").write_text(SETTINGS, "utf-8")
    (source / "index.md").write_text(FORMULAS, "utf-8")
    shutil.copy(ROOT / "README.md", source)
    for name in PAGES[1:]:
        shutil.copy(ROOT / f"docs/{name}.md", source)
    for text in (ROOT / "exercises").glob("*/*/README.md"):
        if "$" in text.read_text("utf-8"):
            shutil.copytree(text.parent, source / text.parent.name)
    built = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", str(source), str(built)]
    done = completed(*command)
    assert done.returncode == 0, done.stderr
    return built


def addresses(site: Path) -> list[str]:
    named = [site / f"{name}.html" for name in ("index", *PAGES)]
    return [path.as_uri() for path in (*named, *sorted(site.glob("*/README.html")))]


@pytest.fixture(scope="module")
def browser():
    """A browser for all tests of this file."""
    with chromium() as started:
        yield started


def test_nothing_is_cut(site, browser):
    with tab(browser) as page:
        for address in addresses(site):
            page.goto(address)
            for size in (PHONE, WIDE):
                page.set_viewport_size(size)
                shown = page.evaluate(CUT)
                assert (shown["page"], shown["cut"]) == (size["width"], []), (address, size)
                assert size is PHONE or not shown["scrolled"], address  # long lines are wrapped


def test_a_wide_formula_scrolls_in_its_own_box(site, browser):
    with tab(browser, PHONE) as page:
        page.goto(addresses(site)[0])
        assert page.evaluate(CUT)["formulas"] == 1
        assert page.locator(".formula").count() == 2
        assert page.locator("table math").count() == 2
        assert page.locator("section > p math").count() == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_formulas_have_the_colour_of_the_text_and_need_no_network(site, browser, scheme):
    with tab(browser, color_scheme=scheme) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(addresses(site)[0])
        colour = "element => getComputedStyle(element).color"
        drawn = page.locator(".formula math").first
        assert drawn.evaluate(colour) == page.locator("article p").first.evaluate(colour)
        assert drawn.bounding_box()["height"] > 10
        assert [address for address in asked if not address.startswith("file:")] == []
