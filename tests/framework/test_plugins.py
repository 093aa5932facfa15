"""Plugins: found, blocked, checked; errors name the plugin and its distribution."""

from __future__ import annotations

import subprocess
import sys

import pytest

from framework.errors import ConflictError, PluginError, UnknownNameError, UsageError
from framework.hookspecs import hookspec
from framework.plugins import Plugins

GOOD = """
from framework.hookspecs import hookimpl
from framework.registry import Implementation

@hookimpl
def register_implementations():
    return [Implementation("optimizer", "sgd", {provider!r}, "good:SGD")]

@hookimpl
def register_corpora():
    return {{"poems": "good:poems"}}
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install fake distributions: module source, entry points, on this process's path."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def do(module, source, entry="", distribution=""):
        (tmp_path / f"{module}.py").write_text(source)
        name = distribution or f"gradus-{module}"
        info = tmp_path / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[gradus]\n{entry or module} = {module}\n")

    yield do
    for path in tmp_path.glob("*.py"):
        sys.modules.pop(path.stem, None)


def source_of(plugins, name):
    return next(source for source in plugins.sources if source.name == name)


def test_an_installed_plugin_is_found_and_stamped_with_its_distribution(install):
    install("good", GOOD.format(provider="good"))
    plugins = Plugins()
    assert source_of(plugins, "good").channel == "entry point"
    assert plugins.registry.find("sgd", "good").origin == "good (gradus-good 1.0)"
    assert plugins.named("register_corpora") == {"poems": "good:poems"}


def test_a_plugin_that_fails_to_import_is_named_and_the_rest_works(install):
    install("broken", "import nothing_of_that_name")
    install("good", GOOD.format(provider="good"))
    plugins = Plugins()
    assert plugins.registry.offers("sgd", "good")
    (warning,) = plugins.warnings
    assert "plugin broken (gradus-broken 1.0) is left out" in warning
    assert "No module named 'nothing_of_that_name'" in warning


def test_a_plugin_asked_for_must_load(tmp_path):
    (tmp_path / "broken.py").write_text("1 / 0")
    with pytest.raises(PluginError, match=r"plugin broken cannot be loaded: ZeroDivisionError"):
        Plugins(options=[str(tmp_path / "broken.py")])


def test_two_entry_points_of_one_name_are_an_error(install):
    install("one", GOOD.format(provider="one"), entry="week3")
    install("two", GOOD.format(provider="two"), entry="week3")
    with pytest.raises(ConflictError, match=r"two plugins are named 'week3'.*gradus-one.*gradus-t"):
        Plugins()


def test_two_plugins_that_offer_one_name_are_both_named(install):
    install("good", GOOD.format(provider="shared"))
    install("other", GOOD.format(provider="shared"))
    with pytest.raises(ConflictError) as error:
        _ = Plugins().registry
    assert "sgd@shared" in str(error.value)
    assert "gradus-good 1.0" in str(error.value)
    assert "gradus-other 1.0" in str(error.value)
    assert "--block" in str(error.value)


def test_the_course_chooses_between_two_owners(install):
    install("good", GOOD.format(provider="shared"))
    install("other", GOOD.format(provider="shared"))
    for origin in ("good (gradus-good 1.0)", "other (gradus-other 1.0)"):
        registry = Plugins(overrides={"sgd@shared": origin}).registry
        assert registry.find("sgd", "shared").origin == origin


def test_blocking_removes_a_plugin_even_a_built_in_one(install):
    install("good", GOOD.format(provider="good"))
    plugins = Plugins(blocked=["good", "torch_backend"])
    assert not plugins.registry.offers("sgd", "good")
    assert "torch" not in plugins.registry.providers()
    assert [source.name for source in plugins.blocked] == ["torch_backend", "good"]
    with pytest.raises(UnknownNameError, match="did you mean 'good'"):
        Plugins(blocked=["god"])


@pytest.mark.parametrize("provider", ["student", "numpy", "torch"])
def test_nobody_can_take_a_reserved_provider(install, provider):
    install("good", GOOD.format(provider=provider))
    with pytest.raises(PluginError, match=f"the provider '{provider}' is not its own"):
        _ = Plugins().registry


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("def register_implementations():\n    return ['sgd']", "must return Implementations"),
        (
            "def register_implementations():\n    return 3",
            "must return Iterable, but it returned 3",
        ),
        ("def register_corpora():\n    return {'poems': 3}", "names and 'module:attribute'"),
        ("def register_corpora():\n    return ['poems']", "must return Mapping"),
    ],
)
def test_rubbish_from_a_hook_names_plugin_hook_and_value(install, body, words):
    install("odd", f"from framework.hookspecs import hookimpl\n\n@hookimpl\n{body}\n")
    plugins = Plugins()
    with pytest.raises(PluginError, match=r"plugin odd \(gradus-odd 1.0\): hook") as error:
        _ = plugins.registry, plugins.named("register_corpora")
    assert words in str(error.value)


def test_an_unknown_hook_is_refused(tmp_path):
    path = tmp_path / "odd.py"
    path.write_text(
        "from framework.hookspecs import hookimpl\n\n@hookimpl\ndef register_modells():\n    pass\n"
    )
    with pytest.raises(PluginError, match="register_modells"):
        Plugins(options=[str(path)])


def test_plugins_are_given_as_file_package_or_project(tmp_path):
    (tmp_path / "alone.py").write_text(GOOD.format(provider="alone"))
    for folder in (tmp_path / "package", tmp_path / "my-project" / "my_project"):
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(GOOD.format(provider=folder.name))
    options = [str(tmp_path / name) for name in ("alone.py", "package", "my-project")]
    plugins = Plugins(options=options)
    assert {"alone", "package", "my_project"} <= set(plugins.registry.providers())
    with pytest.raises(PluginError, match="no plugin at"):
        Plugins(options=[str(tmp_path)])


def test_an_installed_plugin_may_be_asked_for_as_well(install):
    install("good", GOOD.format(provider="good"))
    assert [s.name for s in Plugins(options=["good"]).sources].count("good") == 1


def test_every_hook_is_documented_and_reaches_a_plugin():
    plugins = Plugins()
    hooks = [name for name in vars(plugins.hook) if not name.startswith("_")]
    assert len(hooks) >= 8
    for name in hooks:
        assert getattr(plugins.hook, name).spec.function.__doc__
    assert hookspec.project_name == "gradus"


def test_a_grading_can_be_wrapped_and_its_report_seen(tmp_path):
    path = tmp_path / "late.py"
    path.write_text(
        "from framework.hookspecs import hookimpl\n"
        "seen = []\n\n"
        "@hookimpl(wrapper=True)\n"
        "def grade_submission(request):\n"
        "    report = yield\n"
        "    return ('late', request)\n\n"
        "@hookimpl(tryfirst=True, specname='grade_submission')\n"
        "def grade(request):\n"
        "    return 'report'\n\n"
        "@hookimpl\n"
        "def submission_graded(report):\n"
        "    seen.append(report)\n"
    )
    plugins = Plugins(options=[str(path)])
    report = plugins.hook.grade_submission(request="order")
    plugins.hook.submission_graded(report=report)
    assert report == ("late", "order")
    assert sys.modules["late"].seen == [report]


def test_listing_plugins_imports_no_torch():
    code = (
        "import sys\n"
        "from framework.plugins import Plugins\n"
        "Plugins().registry\n"
        "print([name for name in ('torch', 'nbformat') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_kind_that_does_not_exist_is_an_error(tmp_path):
    path = tmp_path / "odd.py"
    path.write_text(GOOD.format(provider="odd").replace('"optimizer"', '"optimiser"'))
    with pytest.raises(PluginError, match="registers sgd@odd as a 'optimiser'"):
        _ = Plugins(options=[str(path)]).registry


def test_no_plugin_there_is_a_usage_error():
    with pytest.raises((PluginError, UsageError)):
        Plugins(options=["no_such_module_of_anybody"])
