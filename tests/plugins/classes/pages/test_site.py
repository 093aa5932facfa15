"""The pages of a run as files: whole, safe with hostile names, and right numbers."""

import csv
import io
import json
import re
import sqlite3
import stat
from contextlib import closing
from html.parser import HTMLParser
from pathlib import PurePosixPath

import pytest
from graded_class import GradedClass, check, exercise
from large_class import HOSTILE_NAMES
from repository import ROOT

from autograder.course.reading import Course
from autograder.verdicts import Verdict
from framework.errors import BadInputError
from framework.plotting.svg import chart_css
from plugins.classes.marks.class_results import State
from plugins.classes.pages import statistics
from plugins.classes.pages.site import RunSite, percent, write_site
from plugins.classes.pages.view import CodeReader, read_view
from plugins.classes.runs.store import Store


class Tags(HTMLParser):
    """Tags with their attributes, links, and the text of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def pages(site):
    return {path: make() for path, make in site.pages.items() if path.endswith(".html")}


def resolved(page, target):
    parts = []
    for part in (PurePosixPath(page).parent / target.partition("?")[0]).parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def test_every_link_leads_to_a_page_of_the_report(site, pages):
    paths = set(site.pages)
    for page, text in pages.items():
        for tag, given in Tags(text).tags:
            target = given.get("href") or given.get("src") or given.get("action")
            target = target or given.get("data-page")
            if target and not target.startswith(("#", "data:")):
                assert resolved(page, target) in paths, (page, tag, target)


def test_no_name_and_no_code_becomes_markup(pages):
    allowed = {"pages.js", "../pages.js"}
    for page, text in pages.items():
        for tag, given in Tags(text).tags:
            assert tag != "script" or given.get("src") in allowed, page
            assert not [name for name in given if name.startswith("on") or name == "style"], page
            assert not str(given.get("href", "")).startswith("javascript:"), page


def test_names_are_shown_as_they_are_with_control_characters_made_visible(site, pages):
    text = "".join(Tags(pages["students.html"]).text)
    for name in HOSTILE_NAMES:
        if name.isprintable():
            assert name in text
    assert "\x1b" not in text and "\u202e" not in text


def test_every_page_forbids_what_is_not_beside_it(pages):
    for text in pages.values():
        policies = [given["content"] for tag, given in Tags(text).tags
                    if given.get("http-equiv") == "Content-Security-Policy"]  # fmt: skip
        assert len(policies) == 1
        assert policies[0].startswith("default-src 'none'") and "unsafe" not in policies[0]


def test_nothing_of_a_page_needs_inline_styles_or_another_server(site):
    style = site.pages["pages.css"]().decode()
    assert "url(" not in style and "@import" not in style and chart_css() in style


def test_a_report_is_shown_with_its_code_and_all_who_handed_it_in(site, pages):
    path, outcomes = max(site.view.pages_of_work.items(), key=lambda pair: len(pair[1]))
    text = "".join(Tags(pages[path]).text)
    assert len(outcomes) > 1
    assert all(site.view.shown(outcome.student)[:5] in text for outcome in outcomes)
    assert "# </pre><script>alert(1)</script>" in text


def test_names_are_in_no_path(site):
    assert not [p for p in site.pages if re.search(r"s0\d\d\d", p)]


def test_pass_rates_and_mistakes_count_students(site):
    view = site.view
    for rate in statistics.task_rates(view):
        kinds = [
            task
            for (_, exercise), item in view.results.outcomes.items()
            if exercise == rate.exercise and item.work is not None
            for task in item.work.tasks
            if task.name == rate.task
        ]
        assert rate.decided + rate.open == len(kinds)
        assert rate.passed == sum(task.earned == task.possible for task in kinds)
    result = statistics.mistakes(view)
    diagnosed = [item for item in result if item.id]
    assert diagnosed and result[: len(diagnosed)] == diagnosed
    counts = [len(item.outcomes) for item in diagnosed]
    assert counts == sorted(counts, reverse=True)
    for item in result:
        assert len({outcome.student for outcome in item.outcomes}) == len(item.outcomes)
        keys = {outcome.key for outcome, _ in item.examples}
        assert len(keys) == len(item.examples) <= statistics.EXAMPLES


def test_the_distribution_counts_every_student_with_points_once(site):
    shares = statistics.shares(site.view)
    bars = statistics.distribution(shares)
    assert sum(bar.height for bar in bars) == len(shares)
    assert bars[-1].height == sum(share >= 1 for share in shares.values())


def test_attempts_over_time_are_all_there_and_the_due_date_is_marked(site):
    bars = statistics.by_time(site.view)
    assert sum(bar.height for bar in bars) == len(site.view.collection.attempts)
    assert [bar.note for bar in bars].count("due") == 1


def test_less_than_all_is_never_full_marks():
    assert (percent(0.9999), percent(1.0), percent(None)) == ("99 %", "100 %", "–")


def test_what_was_not_graded_is_no_zero(pages_of):
    site = pages_of(60, works=14)
    view = site.view
    open_ones = [
        outcome for outcome in view.results.outcomes.values() if outcome.state is State.NOT_GRADED
    ]
    assert open_ones
    page = "".join(Tags(site.pages["grading.html"]()).text)
    assert "no space left on <device>" in page
    rows = list(csv.DictReader(io.StringIO(site.pages["points.csv"]())))
    missing = [row for row in rows if row["verdict"] == "not graded"]
    assert len(missing) == len(open_ones) and {row["earned"] for row in missing} == {""}


def test_a_table_runs_in_no_spreadsheet(site):
    rows = list(csv.DictReader(io.StringIO(site.pages["points.csv"]())))
    assert rows
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "@")]


def test_each_exercise_has_a_page_with_its_tasks(site):
    assert {"exercises/activations.html", "exercises/lstm.html"} <= set(site.pages)
    assert 'href="exercises/lstm.html"' in site.pages["students.html"]()
    assert "LSTMCell" in site.pages["exercises/lstm.html"]()


def test_the_page_of_students_has_few_elements_for_each(pages_of):
    count = 40
    tags = Tags(pages_of(count).pages["students.html"]()).tags
    assert len(tags) < 90 + 7 * count  # two exercises


def test_every_student_with_a_mistake_is_listed_in_one_folded_row(site):
    page = site.pages["mistakes.html"]()
    result = statistics.mistakes(site.view)
    rows = re.findall(r"<details class=\"mistake\">(.*?)</details>", page, re.DOTALL)
    assert len(rows) == len(result)
    for item, row in zip(result, rows, strict=True):
        people = re.search(r"<p class=\"people\">(.*?)</p>", row, re.DOTALL)[1]
        assert people.count("<a ") == len(item.outcomes)


def test_work_in_the_queue_is_not_called_not_graded(tmp_path):
    made = GradedClass(tmp_path / "lab1")
    prose = check(Verdict.FOR_A_PERSON, 3.0, "why")
    results = {
        (s, s): [exercise("rnn", item), "lm"] for s, item in (("s1", check()), ("s2", prose))
    }
    for is_finished, state in ((False, State.QUEUED), (True, State.NOT_GRADED)):
        run = made.grade(results, is_finished=is_finished)
        with Store(str(made.collection.folder / "results.sqlite")) as store:
            view = store.transaction(read_view, made.collection, run, str)
            site = RunSite(view, store, CodeReader(made.collection, Course.read(ROOT)))
            assert view.results.state("s1", "lm") is state
            overview = " ".join(" ".join(Tags(site.pages["index.html"]()).text).split())
            page = site.pages["grading.html"]()
            rnn = site.pages["exercises/rnn.html"]()
        if is_finished:
            assert "not graded 2" in overview and "the run ended before it was graded" in page
        else:
            assert "wait to be graded 2" in overview and "not graded 0" in overview
            assert "2 wait to be graded" in page
        assert overview.count("lab1") == 2  # the title, and the head of the page
        assert "wait for a person 1" in overview and 'class="open" data-page' in rnn
        assert ">0…</td>" in rnn


def test_files_are_private_and_replace_an_earlier_report(site, pages_of, tmp_path):
    folder = tmp_path / "pages"
    before = pages_of(5)
    write_site(before.pages, folder)
    before = {path for path in folder.rglob("*") if path.is_file()}
    count = write_site(site.pages, folder)
    after = {path for path in folder.rglob("*") if path.is_file()}
    assert len(after) == count + 1 and before - after
    assert {stat.S_IMODE(path.stat().st_mode) for path in after} == {0o600}
    assert {stat.S_IMODE(p.stat().st_mode) for p in folder.rglob("*") if p.is_dir()} == {0o700}


def test_a_folder_with_other_files_is_left_alone(site, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(BadInputError, match="name a new folder"):
        write_site(site.pages, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_the_queries_for_datasette_run_on_a_store(site):
    described = json.loads(site.pages["datasette.json"]())["databases"]["results"]
    with closing(sqlite3.connect(site.store.place)) as connection:
        known = {row[0] for row in connection.execute("select name from sqlite_master")}
        assert set(described["tables"]) <= known
        results = {
            name: connection.execute(query["sql"], {"run": site.view.run.id}).fetchall()
            for name, query in described["queries"].items()
        }
    students = {outcome.student for outcome in site.view.results.outcomes.values()}
    assert {row[0] for row in results["points_of_a_run"]} == students
    assert len(results["points_of_a_run"]) == len(site.view.results.outcomes)
    worst = next(mistake for mistake in statistics.mistakes(site.view) if mistake.id)
    assert results["mistakes"][0][4] == len(worst.outcomes)
    assert results["pass_rates"] and results["slowest"] and results["equal_work"]
