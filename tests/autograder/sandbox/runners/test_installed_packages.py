"""Which files belong to an installed package, and to what it requires."""

import numpy as np
import pytest

from autograder.sandbox.runners.filesystem_view import installed_packages
from framework.errors import BadInputError


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder of packages on the search path; `site(name, files, requires)` installs one."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))

    def install(name, files, requires=(), listed=True):
        for file in files:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text("")
        information = folder / f"{name}-1.0.dist-info"
        information.mkdir()
        lines = [f"Requires-Dist: {text}" for text in requires]
        heads = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", *lines, ""]
        (information / "METADATA").write_text("\n".join(heads))
        if listed:
            (information / "RECORD").write_text("".join(f"{file},,\n" for file in files))
        return folder

    yield install
    installed_packages.cache_clear()


def test_a_package_comes_with_its_libraries_and_metadata(site):
    files = ["made/__init__.py", "made/core.py", "made.libs/libx.so", "../../bin/made"]
    folder = site("made", [*files[:3]])
    result = installed_packages(("made",))
    assert result.modules == {"made": str(folder / "made" / "__init__.py")}
    assert {path.name for path in result.files} == {"made", "made.libs"}
    assert result.metadata == []


@pytest.mark.parametrize(
    ("name", "installed", "found"),
    [
        ("outer", [("inner_dist", ["inner.py"]), ("option_dist", ["option.py"]),
                   ("other_dist", ["other/__init__.py"]),
                   ("outer", ["outer/__init__.py"], [
                       "inner-dist>=1", 'option-dist; extra == "all"', "not-installed",
                       'other-dist; python_version < "3"',
                   ])], {"outer", "inner"}),
        ("first", [("first", ["first.py"], ["second"]), ("second", ["second.py"], ["first"])],
         {"first", "second"}),
        ("named_otherwise", [("distribution_of_it", ["named_otherwise/__init__.py"])],
         {"named_otherwise"}),
    ],
    ids=["optional ones are left out", "each other", "another name"],
)  # fmt: skip
def test_a_package_comes_with_what_it_requires(site, name, installed, found):
    for distribution in installed:
        site(*distribution)
    assert set(installed_packages((name,)).modules) == found


def test_an_editable_installation_is_found_where_its_source_is(site, tmp_path, monkeypatch):
    source = tmp_path / "checkout" / "edited"
    source.mkdir(parents=True)
    (source / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(source.parent))
    site("edited", [], listed=False)
    assert installed_packages(("edited",)).modules == {"edited": str(source / "__init__.py")}


def test_a_package_that_is_not_installed_is_an_error():
    with pytest.raises(BadInputError, match=r"'no_such_thing'.*remove it from course\.toml"):
        installed_packages(("no_such_thing",))


def test_numpy_of_this_environment_can_be_shown():
    result = installed_packages(("numpy",))
    assert result.modules["numpy"] == np.__file__
    assert not {"pytest", "nltk", "torch"} & set(result.modules)
