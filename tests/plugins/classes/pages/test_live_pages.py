"""Live pages in Chromium: a run is watched while its results come, under the strict policy."""

from functools import partial

import pytest
from browser import chromium, tab
from graded_class import check, exercise, result
from serving_support import TOKEN, Running

from plugins.classes.pages import server as live
from plugins.classes.runs import stored_runs
from plugins.classes.runs.stored_runs import commit


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def watched(tmp_path, monkeypatch):
    monkeypatch.setattr(live, "REFRESH", 0.1)
    started = Running(tmp_path / "lab1", 15, works=20, is_finished=False)
    yield started
    started.stop()


def missing(running):
    """The keys of the run without a result."""
    read = partial(stored_runs.entries_of, id=running.run.id)
    keys = {running.run.key(item) for item in running.store.transaction(read)}
    done = running.serving.site()[0].view.works.keys()
    return sorted(keys - done, key=repr)


def test_results_appear_on_the_overview_without_a_reload(browser, watched):
    with tab(browser) as page:
        page.goto(f"{watched.address}/?token={TOKEN}")
        assert page.url == f"{watched.address}/index.html"
        before = watched.serving.count()
        assert before.done < before.total
        playing = page.locator(".progress")
        playing.get_by_text(f"{before.done} of {before.total} results").wait_for()
        page.evaluate("window.kept = 'the page was not loaded again'")
        actual = result(exercise("activations", check(points=3.0, task="sigmoid")))
        for key in missing(watched):
            watched.store.transaction(partial(commit, key=key, result=actual))
        playing.get_by_text(f"{before.total} of {before.total} results").wait_for()
        not_graded = page.locator(".facts div", has_text="not graded").locator("dd")
        not_graded.get_by_text("0", exact=True).wait_for()
        watched.store.transaction(partial(stored_runs.end_run, id=watched.run.id))
        playing.get_by_text("finished").wait_for()
        assert page.evaluate("window.kept") == "the page was not loaded again"


def test_pages_are_reached_by_links_and_searched_without_javascript(browser, watched):
    with tab(browser, java_script_enabled=False) as page:
        page.goto(f"{watched.address}/?token={TOKEN}")
        page.get_by_role("link", name="Students").click()
        page.fill("#search", "s0003")
        page.keyboard.press("Enter")
        page.wait_for_url("**/students.html?q=s0003")
        assert page.locator("#students tbody tr").count() == 1
        page.locator("#students tbody th a").click()
        page.locator("tbody th a").first.click()
        assert page.locator(".source.numbered").is_visible()
