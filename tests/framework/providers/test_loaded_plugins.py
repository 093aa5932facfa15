"""Plugins: found, blocked, checked; errors name the plugin and its distribution."""

import re
import sys
from dataclasses import replace

import pytest

from framework.course.catalogue import active_course
from framework.errors import ConflictError, PluginError, UnknownNameError, UsageError
from framework.importing import load_target
from framework.providers.loaded_plugins import Plugins

GOOD = """
@hookimpl
def register_implementations():
    return [Implementation("optimizer", "sgd", {provider!r}, "good:SGD")]

@hookimpl
def register_corpora():
    return [CorpusEntry("poems", "text", "good:poems")]
"""


def source_of(plugins, name):
    return next(source for source in plugins.sources if source.name == name)


def course_with(**settings):
    """The active course with other settings in its course.toml."""
    return replace(active_course(), **settings)


def test_an_installed_plugin_is_found_and_stamped_with_its_distribution(install):
    install("good", GOOD.format(provider="good"))
    plugins = Plugins()
    assert source_of(plugins, "good").channel == "entry point"
    assert plugins.registry.find("sgd", "good").origin == "good (gradus-good 1.0)"
    assert plugins.corpora.find("poems", "text").owner == "good (gradus-good 1.0)"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import nothing_of_that_name", "No module named 'nothing_of_that_name'"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("@hookimpl\ndef register_modells(): pass", "register_modells"),
        ("@hookimpl\ndef add_commands(apps): pass", "{'apps'} are declared in the hookimpl"),
        ("def add_commands(app): pass", "'add_commands' is the name of a hook.*without the mark"),
        ("register_corpora = {'poems': 'm:f'}", "'register_corpora' is the name.*it is a dict"),
        ("@hookimpl(wrapper=True)\ndef add_commands(app): yield", "'add_commands' cannot be wrapp"),
    ],
)
def test_a_broken_plugin_is_named_left_out_whole_and_the_rest_works(install, source, reason):
    corpora = "\n@hookimpl\ndef register_sandboxes():\n    return {'mine': 'broken:S'}\n"
    install("broken", corpora + source)
    install("good", GOOD.format(provider="good"))
    plugins = Plugins()
    assert plugins.registry.offers("sgd", "good")
    (warning,) = plugins.warnings
    assert "plugin broken (gradus-broken 1.0) is left out" in warning
    assert re.search(reason, warning)
    assert "mine" not in plugins.named("register_sandboxes")
    assert not plugins.manager.has_plugin("broken")


def test_a_request_for_a_failed_plugin_gets_the_reason(install):
    install("week3", "import nothing_of_that_name")
    with pytest.raises(UnknownNameError) as error:
        Plugins().registry.get("sgd", "week3")
    assert "no provider 'week3'" in str(error.value)
    assert "Not loaded: week3 (gradus-week3 1.0) failed: ModuleNotFoundError" in str(error.value)
    with pytest.raises(UnknownNameError, match=r"Not loaded: week3 .* is blocked"):
        Plugins(blocked=["week3"]).registry.get("sgd", "week3")


@pytest.mark.parametrize("channel", ["options", "course"])
def test_a_plugin_asked_for_must_load(write, channel):
    path = write("broken", "1 / 0")
    given = {"options": {"options": [path]}, "course": {"course": course_with(plugins=(path,))}}
    with pytest.raises(PluginError, match=r"plugin broken cannot be loaded: ZeroDivisionError"):
        Plugins(**given[channel])


def test_a_module_that_is_not_there_is_the_callers_mistake(tmp_path, monkeypatch):
    for name in ("weeek3", "no.such.module"):
        with pytest.raises(UsageError, match=rf"no plugin '{name}'.*`gradus plugins`"):
            Plugins(options=[name])
    (tmp_path / "needy.py").write_text("import nothing_of_that_name")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(PluginError, match="No module named 'nothing_of_that_name'"):
        Plugins(options=["needy"])


def test_two_entry_points_of_one_name_are_an_error_unless_both_are_blocked(install):
    install("one", GOOD.format(provider="one"), entry="week3")
    install("two", GOOD.format(provider="two"), entry="week3")
    with pytest.raises(ConflictError, match=r"two plugins are named 'week3'.*gradus-one.*gradus-t"):
        Plugins()
    assert [source.target for source in Plugins(blocked=["week3"]).blocked] == ["one", "two"]


def test_two_plugins_that_offer_one_name_are_both_named(install):
    install("good", GOOD.format(provider="shared"))
    install("other", GOOD.format(provider="shared"))
    plugins = Plugins()
    for ask in (lambda: plugins.registry, lambda: plugins.corpora):
        with pytest.raises(ConflictError) as error:
            ask()
        for words in ("good (gradus-good 1.0)", "other (gradus-other 1.0)", "`--block other`"):
            assert words in str(error.value)


@pytest.mark.parametrize("form", ["{name}", "{name} (gradus-{name} 1.0)"])
def test_the_course_chooses_between_two_owners(install, form):
    install("good", GOOD.format(provider="shared"))
    install("other", GOOD.format(provider="shared"))
    for name in ("good", "other"):
        course = course_with(overrides={"sgd@shared": form.format(name=name)})
        registry = Plugins(course=course).registry
        assert registry.find("sgd", "shared").origin == f"{name} (gradus-{name} 1.0)"


def test_blocking_removes_a_plugin_even_a_built_in_one(install):
    install("good", GOOD.format(provider="good"))
    plugins = Plugins(blocked=["good", "torch_backend"])
    assert not plugins.registry.offers("sgd", "good")
    assert "torch" not in plugins.registry.providers()
    assert [source.name for source in plugins.blocked] == ["torch_backend", "good"]
    with pytest.raises(UnknownNameError, match="did you mean 'good'"):
        Plugins(blocked=["god"])


@pytest.mark.parametrize("provider", ["student", "numpy"])
def test_no_plugin_can_take_a_reserved_provider(install, provider):
    install("good", GOOD.format(provider=provider))
    with pytest.raises(PluginError, match=f"the provider '{provider}' is not its own"):
        _ = Plugins().registry


def test_a_plugin_offers_its_own_parts_for_the_arrays_of_another(install):
    install("good", GOOD.format(provider="torch").replace("sgd", "slow_sgd"))
    assert Plugins().registry.find("slow_sgd", "torch").origin == "good (gradus-good 1.0)"
    install("other", GOOD.format(provider="torch").replace("sgd", "adam"))
    with pytest.raises(
        ConflictError, match=r"two plugins offer adam@torch: other .* and torch_backend"
    ):
        Plugins().registry.find("adam", "torch")


def test_the_place_of_a_blocked_built_in_plugin_is_not_free(write):
    impostor = write("numpy_reference", GOOD.format(provider="numpy"))
    with pytest.raises(ConflictError, match="two plugins are named 'numpy_reference'"):
        Plugins(options=[impostor])
    registry = Plugins(options=[impostor], blocked=["numpy_reference"]).registry
    assert registry.find("sgd", "numpy").origin.startswith("the course (")
    assert not registry.offers("ada_delta", "numpy")


REGISTER = "@hookimpl\ndef register_implementations():\n    "
CORPORA = "@hookimpl\ndef register_corpora():\n    "
SANDBOXES = "@hookimpl\ndef register_sandboxes():\n    "


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (REGISTER + "return ['sgd']", "must return Implementations, but it returned 'sgd' (str)"),
        (REGISTER + "return 'sgd'", "must return a list of Implementations, but it returned 'sgd'"),
        (REGISTER + "return 3", "must return a list of Implementations, but it returned 3 (int)"),
        (REGISTER + "return 1 / 0", "it raised ZeroDivisionError: division by zero"),
        (REGISTER + "yield 1 / 0", "it raised ZeroDivisionError: division by zero"),
        (
            REGISTER + "return [Implementation('optimiser', 'sgd', 'odd', 'm:A')]",
            "sgd@odd has the kind 'optimiser': the kinds are model, ",
        ),
        (
            REGISTER + "return [Implementation('optimizer', 'sgd', 'odd', 'm.A')]",
            "sgd@odd is at 'm.A': expected 'package.module:Attribute'",
        ),
        (
            REGISTER + "return [Implementation('optimizer', None, 'odd', 'm:A')]",
            "the name of an Implementation must be text, not None",
        ),
        (
            REGISTER + "return [Implementation('optimizer', 'a@b', 'odd', 'm:A')]",
            "neither a name nor a provider may have an @",
        ),
        (SANDBOXES + "return {'glass': 3}", "'module:attribute', but it returned {'glass': 3} ("),
        (SANDBOXES + "return ['glass']", "must return a mapping from names to 'module:attribute'"),
        (CORPORA + "return ['poems']", "must return CorpusEntries, but it returned 'poems' (str)"),
        (CORPORA + "return 3", "must return a list of CorpusEntries, but it returned 3 (int)"),
        (
            CORPORA + "return [CorpusEntry('poems', 'verse', 'm:f')]",
            "the corpus 'poems' has the kind 'verse': use text, labelled_texts, tagged_sentences",
        ),
        (
            CORPORA + "return [CorpusEntry('poems', 'text', 'm.f')]",
            "the corpus 'poems' is at 'm.f': expected 'module:function'",
        ),
    ],
)
def test_an_invalid_value_from_a_hook_names_plugin_hook_and_value(install, body, words):
    install("odd", body)
    plugins = Plugins()
    with pytest.raises(PluginError, match=r"plugin odd \(gradus-odd 1.0\): hook '") as error:
        _ = plugins.registry, plugins.corpora, plugins.named("register_sandboxes")
    assert words in str(error.value)
    assert "`--block odd` leaves the plugin out" in str(error.value)


def test_a_students_code_never_replaces_other_code(write, tmp_path):
    hook = "@hookimpl\ndef student_implementations(folder):\n    "
    taken = "return [Implementation('model', 'rnn', 'numpy', str(folder / 'rnn.py:RNN'))]"
    plugins = Plugins(options=[write("reader", hook + taken)], blocked=["autograder"])
    with pytest.raises(
        PluginError, match=r"plugin reader: .* rnn@numpy cannot come from a submiss"
    ):
        plugins.student_implementations(tmp_path)


def test_an_installed_plugin_may_be_asked_for_as_well(install, tmp_path):
    install("good", GOOD.format(provider="good"))
    for again in ("good", str(tmp_path / "site" / "good.py")):
        sources = Plugins(options=[again]).sources
        assert [source.channel for source in sources if source.name == "good"] == ["entry point"]
    built_in = Plugins(options=["autograder.plugin"])
    assert len(built_in.sources) == len(Plugins().sources)


def test_a_folder_of_the_same_name_does_not_replace_an_installed_plugin(
    install, tmp_path, monkeypatch
):
    install("good", GOOD.format(provider="good"))
    folder = tmp_path / "elsewhere" / "good"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError")
    monkeypatch.chdir(folder.parent)
    assert Plugins().registry.offers("sgd", "good")


def test_a_target_that_cannot_be_imported_is_named(write):
    path = write("poems", "def corpus(): return 3")
    assert load_target(f"{path}:corpus")() == 3
    with pytest.raises(PluginError, match="nothing_there:corpus cannot be imported: ModuleNotFou"):
        load_target("nothing_there:corpus")
    with pytest.raises(PluginError, match="has no attribute 'corpse'"):
        load_target(f"{path}:corpse")


def test_a_plugin_is_imported_once_however_often_plugins_are_loaded(write):
    path = write("counted", "count = 0")
    Plugins(options=[path])
    sys.modules["counted"].count += 1
    Plugins(options=[path])
    assert sys.modules["counted"].count == 1
