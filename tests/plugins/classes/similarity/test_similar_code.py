"""`gradus class similarity`: planted copies, sources, other programs' pairs, and no names."""

import json
import random
import stat

import pytest
from graded_class import GradedClass, check, exercise
from gradus_command import gradus
from repository import ROOT
from written_code import disguised, independent

from framework.errors import StoppedError
from plugins.classes.similarity import code_pairs, similar_code

EXERCISE, TASK = "rnn_tagger", "RecurrentTagger"
STUDENTS = [
    (f"s{i}", f"Name{i} <b>", f"n{i}@uni.example", str(i), str(i), f"u{i}") for i in range(14)
]


def written(rng):
    head = f"class {TASK}:\n    def forward(self, x):"
    return independent(rng, head, indent="        ")


@pytest.fixture
def graded(tmp_path):
    """A class in which s3 handed in a disguised copy of the work of s5."""
    rng = random.Random(3)
    made = GradedClass(tmp_path / "lab1", STUDENTS)
    code = {key: written(rng) for key, *_ in STUDENTS}
    shift = "\f\u2028\x85" * 99  # ends of lines elsewhere, and none for Python
    code["s3"] = f"# {shift}\n{disguised(code['s5'])}"
    results = {(key, "first"): [exercise(EXERCISE, check(task=TASK))] for key in code}
    made.grade(results)
    for attempt in made.collection.attempts:
        put(made.collection.folder_of(attempt.id), code[attempt.students[0]])
    return made, code


def put(folder, code):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{EXERCISE}.py").write_text(code, "utf-8")


def run(graded, tmp_path, *options):
    folder = tmp_path / "similar"
    inside = ("--in", graded.collection.folder, "--course", ROOT, "--names")
    output = gradus("class", "similarity", "0", folder, *inside, *options)
    return output, {path.name: path.read_text("utf-8") for path in folder.rglob("*.html")}


def test_a_copy_is_shown_side_by_side_and_the_output_names_no_one(graded, tmp_path):
    output, pages = run(graded[0], tmp_path)
    assert f"{EXERCISE} {TASK}: 1 cluster among 14 attempts" in output
    assert "Name" not in output and "s3" not in output
    page = pages[f"{EXERCISE}-{TASK}-1.html"]
    assert "s3 (Name3 &lt;b&gt;)" in page and "s5 (Name5 &lt;b&gt;)" in page
    assert page.count('class="common"') > 20 and "s4 (" not in page
    assert "a reason to look" in pages["index.html"]


def test_last_year_and_public_code_are_sources(graded, tmp_path):
    made, code = graded
    former = GradedClass(tmp_path / "lab1-2025", STUDENTS[:1])
    id = former.submit("s0")
    put(former.collection.folder_of(id), disguised(code["s1"]))
    put(tmp_path / "public", disguised(code["s2"]))
    output, pages = run(
        made, tmp_path, "--source", tmp_path / "lab1-2025", "--source", tmp_path / "public"
    )
    assert "3 clusters among 14 attempts" in output
    assert f"lab1-2025, attempt {id}" in pages["index.html"]
    assert "public" in pages["index.html"]


def test_pairs_of_another_program_replace_ours(graded, tmp_path, monkeypatch):
    made, _ = graded
    ids = {attempt.students[0]: attempt.id for attempt in made.collection.attempts}
    rows = f"first,second,average,maximum\n{ids['s8']},{ids['s9']},0.99,1.0\n"
    (tmp_path / "results.csv").write_text(rows)
    monkeypatch.chdir(tmp_path)
    _, pages = run(made, tmp_path, "--plugin", ROOT / "docs" / "examples" / "similar_pairs.py")
    page = pages[f"{EXERCISE}-{TASK}-1.html"]
    assert "s8 (" in page and "s9 (" in page and "s3 (" not in page


def test_an_interrupted_comparison_continues_with_the_next_task(graded, tmp_path, monkeypatch):
    made, _ = graded
    compare, tasks = code_pairs.similar_pairs, []

    def interrupted(comparison):
        tasks.append(comparison.task)
        if len(tasks) == 2:
            raise KeyboardInterrupt
        return compare(comparison)

    monkeypatch.setattr(code_pairs, "similar_pairs", interrupted)
    with pytest.raises(StoppedError, match="the same command continues with the next task"):
        run(made, tmp_path)
    output, pages = run(made, tmp_path)
    assert tasks == [TASK, "tagging_accuracy", "tagging_accuracy", "next_word_tags"]
    assert f"{EXERCISE} {TASK}: 1 cluster among 14 attempts" in output
    assert pages[f"{EXERCISE}-{TASK}-1.html"].count('class="common"') > 20
    assert not (made.collection.folder / "compared.json").exists()
    run(made, tmp_path)
    assert len(tasks) == 7  # new results may be there: all tasks are compared again


def test_changed_code_is_compared_again_after_an_interrupt(graded, tmp_path, monkeypatch):
    made, _ = graded
    file = made.collection.folder / "compared.json"
    monkeypatch.setattr(similar_code.ComparedTasks, "remove", lambda self: None)
    run(made, tmp_path)
    former = set(json.loads(file.read_bytes()))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    put(made.collection.folder_of(made.collection.attempts[0].id), written(random.Random(9)))
    run(made, tmp_path)
    assert len(former) == 3 and len(set(json.loads(file.read_bytes())) - former) == 1
    gradus("class", "forget", "s3", "--in", made.collection.folder)
    assert not file.exists()


def test_similarity_changes_no_points(graded, tmp_path):
    made, _ = graded
    store = made.collection.folder / "results.sqlite"
    before = gradus("class", "results", "--names", "--in", made.collection.folder)
    run(made, tmp_path)
    assert gradus("class", "results", "--names", "--in", made.collection.folder) == before
    assert store.exists()
