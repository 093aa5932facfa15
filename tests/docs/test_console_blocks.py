"""Commands of the documentation are run, page by page, in their order, where their files exist."""

from __future__ import annotations

import re
import shutil
import textwrap
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from devices import why_no_gpu
from page_commands import commands
from programs import completed, with_scripts
from repository import ROOT, text_of
from small_runs import CORPORA

from framework.data.lexicon.wordnet import DEBIAN_WORDNET
from plugins.authoring.new.new_course import write_course

PAGES = [
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob(".github/*.md"))
]
#: Pages that another program follows.
FOLLOWED = {
    "docs/results.md": "tests/docs/test_results.py",
    "docs/performance.md": "tests/plugins/bench/test_bench.py",
    "docs/course.md": "tests/docs/test_course_page.py",
    "docs/backend.md": "tests/docs/test_backend_page.py",
    "docs/classes.md": "tests/docs/test_class_pages.py",
    "docs/gradebooks.md": "tests/docs/test_class_pages.py",
    "docs/services.md": "tests/docs/test_class_pages.py",
    "docs/index.md": ".ci/run",
}
WEEK3 = text_of("texts/console_blocks/week3.py")


def text_files(folder: Path) -> None:
    """Texts, tagged words and questions in the formats of the corpora that the page names."""
    words = ["king", "queen", "river", "lake", "guitar", "song", "man", "woman"]
    text = "".join(f"the {a} sees a {b}\n" for a in words for b in words) * 10
    tagged = "".join(f"{word} NN I-NP {'B-LOC' if word[-1] in 're' else 'O'}\n" for word in words)
    questions = "".join(f"{i % 2} {'who' if i % 2 else 'where'} is the {w} ?\n"
                        for w in words for i in range(8))  # fmt: skip
    files = dict.fromkeys(("text.txt", "path/to/text.txt", "train.txt", "valid.txt"), text)
    files["EN-WS-353-ALL.txt"] = "king\tqueen\t8\nriver\tlake\t7\nking\tlake\t1\nsong\tman\t2\n"
    files |= {f"path/to/conll2003/eng.{part}": f"{tagged}\n" * 20
              for part in ("train", "testa", "testb")}  # fmt: skip
    files |= {f"path/to/trec/{part}.txt": questions for part in ("train", "test")}
    files |= {f"path/to/ptb.{part}.txt": text for part in ("train", "valid", "test")}
    files["path/to/mr/all.txt"] = questions
    files["sentences.txt"] = "the red cat sees a dog\na dog sees the cat\n"
    files["even.txt"] = automaton()
    universal = "".join(f"{i} {w} {w} NOUN _ _ _ _ _ _\n" for i, w in enumerate(words, 1))
    files |= {f"path/to/ud_ewt/en_ewt-ud-{part}.conllu": f"{universal}\n".replace(" ", "\t") * 20
              for part in ("train", "dev", "test")}  # fmt: skip
    files["path/to/pairs.tsv"] = (CORPORA / "pairs.tsv").read_text("utf-8")
    pairs = [line.split("\t") for line in files["path/to/pairs.tsv"].splitlines()]
    for side, language in enumerate(("de", "en")):
        sentences = "".join(f"{pair[side]}\n" for pair in pairs)
        files |= {f"path/to/multi30k/{part}.{language}": sentences
                  for part in ("train", "val", "test_2016_flickr")}  # fmt: skip
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")


def automaton() -> str:
    """Return the automaton that the page of training shows."""
    text = (ROOT / "docs/training.md").read_text("utf-8")
    (block,) = re.findall(r"(?:^    (?:even|odd).*\n)+", text, re.MULTILINE)
    return textwrap.dedent(block)


def clone(folder: Path) -> None:
    """The public course, as a clone has it."""
    for name in ("exercises", "solutions"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))


def solved(folder: Path) -> None:
    """The public course of a student who has written everything."""
    clone(folder)
    for file in (folder / "solutions").rglob("[!_]*.py"):
        if not file.name.startswith("test_"):
            shutil.copy(file, folder / "exercises" / file.relative_to(folder / "solutions"))


def plugin_of_week_3(folder: Path) -> None:
    """A plugin with the solution of `lstm`, and one for a training, beside the course."""
    solved(folder)
    shutil.copy(ROOT / "docs/examples/plugins/own_training.py", folder)
    shutil.copy(folder / "solutions/gated_rnns/lstm/lstm.py", folder / "week3_lstm.py")
    (folder / "week3.py").write_text(WEEK3, "utf-8")


def work_as_zip(folder: Path) -> None:
    """A course, and its solutions as the work of a student."""
    write_course(folder / "course", "course")
    with zipfile.ZipFile(folder / "handed_in.zip", "w") as archive:
        for file in (folder / "course/solutions").rglob("*.py"):
            archive.write(file, file.relative_to(folder / "course/solutions").as_posix())


def work_in_folders(folder: Path) -> None:
    """The course with the work of two students."""
    clone(folder)
    for name in ("ann", "bob"):
        shutil.copytree(
            folder / "solutions/word_vectors", folder / f"handed_in/{name}/word_vectors"
        )


def training_files(folder: Path) -> None:
    """The course, all of it solved, with texts."""
    solved(folder)
    text_files(folder)


FOLDERS: dict[str, Callable[[Path], None]] = {
    "docs/ci.md": work_as_zip,
    "docs/instructors.md": work_in_folders,
    "docs/plugins.md": plugin_of_week_3,
    "docs/training.md": training_files,
    "README.md": training_files,
}
SLOW = ("docs/training.md", "README.md", "docs/plugins.md", "docs/instructors.md")


def absent() -> dict[str, str]:
    """Return the options that need what is not here, and what their commands then say."""
    why = {"--device cuda": "no device 'cuda'"} if why_no_gpu() else {}
    if not DEBIAN_WORDNET.is_dir():
        why[f"--wordnet {DEBIAN_WORDNET}"] = "is it a WordNet database?"
    return why


def test_every_page_with_commands_is_followed() -> None:
    pages = {page for page in PAGES if commands(ROOT / page, "gradus", "grade")}
    assert pages == FOLDERS.keys() | FOLLOWED.keys()
    assert all((ROOT / test).is_file() for test in FOLLOWED.values())


PARAMETERS = [pytest.param(page, marks=[pytest.mark.slow] * (page in SLOW)) for page in FOLDERS]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("page", PARAMETERS)
def test_commands_run_in_the_order_of_their_page(page: str, tmp_path: Path) -> None:
    FOLDERS[page](tmp_path)
    for command in commands(ROOT / page, "gradus", "grade"):
        done = completed(command, shell=True, cwd=tmp_path, env=with_scripts())
        missing = [why for option, why in absent().items() if option in command]
        if missing:
            assert (done.returncode, missing[0] in done.stderr) == (2, True), command
            continue
        expected = (0, 1) if command.startswith("grade ") else (0,)
        assert done.returncode in expected, f"{command}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"


def test_installed_extras_are_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for page in PAGES:
        for command in commands(ROOT / page, "pip"):
            named = re.fullmatch(r"pip install (?:-e )?'?([\w.-]+)(?:\[([\w,]+)\])?'?", command)
            assert named is not None, command
            if named[1] == "boxes":
                continue  # a package that the page makes
            assert named[1] in (".", project["name"]), command
            assert set((named[2] or "docs").split(",")) <= project["optional-dependencies"].keys()


def test_tests_that_a_page_names_are_collected() -> None:
    named = {command for page in PAGES for command in commands(ROOT / page, "pytest")}
    for command in sorted(named):
        marker = re.search(r"-m (\w+)", command)
        for file in re.findall(r"\S+\.py", command):
            text = (ROOT / file).read_text("utf-8")
            assert marker is None or f"pytest.mark.{marker[1]}" in text, command
