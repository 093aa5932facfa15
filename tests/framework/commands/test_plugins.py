"""`gradus plugins`: who offers what, and where it came from."""

import sys
from dataclasses import replace

import pytest
from programs import completed
from repository import text_of

from framework.commands.plugins import describe, plugins
from framework.course.catalogue import Catalogue, active_course
from framework.errors import PluginError, UnknownNameError
from framework.providers.loaded_plugins import Plugins

LION = text_of("texts/plugins/lion.py")


def lines(found, width=60):
    return [line.plain for line in describe(found, width)]


def section(found, name, width=60):
    """The lines about one plugin."""
    every = lines(found, width)
    start = next(i for i, line in enumerate(every) if line.startswith(f"{name} "))
    end = next((i for i in range(start + 1, len(every)) if every[i][0] != " "), len(every))
    return every[start:end]


def test_a_plugin_is_listed_with_all_that_it_offers(install):
    install("lions", LION, distribution="big-cats")
    assert section(Plugins(), "lions") == [
        "lions (big-cats 1.0)  entry point lions",
        "  optimizer@week3  lion, tiger",
        "  corpora          poems",
        "  sandboxes        glass",
        "  report formats   haiku",
        "  commands         roar-loudly",
        "  hooks            submission_graded",
    ]


def test_long_lists_are_wrapped_under_their_beginning():
    listed = section(Plugins(), "torch_backend", width=52)
    assert max(map(len, listed)) <= 52
    assert sum(line.startswith(" " * 24) for line in listed) > 1


def test_every_channel_is_distinguished(install, write):
    install("lions", LION)
    course, option = write("taught", ""), write("tried", "")
    result = Plugins([option], replace(active_course(), plugins=(course,)))
    assert section(result, "numpy_reference")[0].endswith("built-in plugins.numpy_reference")
    assert section(result, "lions")[0].endswith("entry point lions")
    assert section(result, "taught") == [f"taught  course {course}", "  offers nothing"]
    assert section(result, "tried")[0] == f"tried  option {option}"


def test_what_is_not_there_is_listed_with_the_reason(install):
    install("lions", LION)
    install("broken", "import nothing_of_that_name")
    result = Plugins(blocked=["lions"])
    assert section(result, "lions") == ["lions (gradus-lions 1.0)  entry point lions: blocked"]
    assert section(result, "broken") == [
        "broken (gradus-broken 1.0)  entry point broken",
        "  not loaded: ModuleNotFoundError: No module named 'nothing_of_that_name'",
    ]
    listed = [line.plain for line in describe(result, 60, ["lions"])]
    assert listed == ["lions (gradus-lions 1.0)  entry point lions: blocked"]
    with pytest.raises(UnknownNameError, match="no plugin 'lion': did you mean 'lions'"):
        list(describe(result, 60, ["lion"]))


def test_a_corpus_of_two_plugins_is_an_error_below_the_list(install):
    install("lions", LION)
    install(
        "tigers",
        '@hookimpl\ndef register_corpora():\n    return [CorpusEntry("poems", "text", "m:g")]',
    )
    *listed, last = lines(Plugins(), 200)
    assert sum("poems" in line for line in listed) == 2
    assert last.startswith("corpora cannot be used: lions (")
    assert "both offer the corpus 'poems': choose with `--block lions`" in last


def test_names_from_plugins_are_no_markup(install, capsys):
    install("lions", LION.replace('"tiger"', '"[red]tiger"'))
    plugins()
    assert "[red]tiger, lion" in capsys.readouterr().out


def test_an_error_is_not_preceded_by_half_a_list(write, capsys):
    path = write("odd", "@hookimpl\ndef register_corpora():\n    return 3")
    with pytest.raises(PluginError, match="plugin odd"):
        plugins(plugin=[path])
    assert capsys.readouterr().out == ""


def test_the_command_imports_no_torch_and_is_plain_when_piped():
    code = (
        "import sys\nfrom framework.cli import main\n"
        "try:\n    main()\nfinally:\n"
        "    print([name for name in ('torch', 'nbformat') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, "plugins"]
    here = active_course().root
    done = completed(*command, check=True, cwd=here)
    assert done.stdout.splitlines()[-1] == "[]"
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    first = done.stdout.splitlines()[0]
    assert first == "the course  exercises/course.toml"
    assert all(line == line.rstrip() for line in done.stdout.splitlines())


def test_a_course_without_exercises_is_listed(tmp_path):
    result = Plugins(course=Catalogue(tmp_path))
    assert lines(result)[1] == "  offers nothing"


def test_a_named_plugin_is_explained(tmp_path):
    head = '"""Big cats."""\nfrom framework.hookspecs import hookimpl\n'
    hook = "@hookimpl\ndef submission_graded():\n    pass\n"
    file = tmp_path / "lions.py"
    courses = "@hookimpl\ndef register_courses():\n    'Ours.'\n    return []\n"
    file.write_text(head + courses + hook, "utf-8")
    named = [line.plain for line in describe(Plugins([str(file)]), 100, ["lions"])]
    assert named == [
        f"lions  option {file}",
        "  Big cats.",
        "  register_courses   Ours.",
        "  submission_graded  Use a finished report, for example send it; it has been shown and "
        "written",
        "                     already.",
        "  offers nothing",
    ]
