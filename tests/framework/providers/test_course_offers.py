"""What a course and the modules of a backend offer, without a list of names."""

import sys

import pytest

from framework.errors import BadInputError, ConflictError, InterfaceError, PluginError, UsageError
from framework.providers.course_offers import backend_offers, reference_offers
from framework.providers.loaded_plugins import Plugins
from framework.providers.registry import Implementation, Registry

TWO = '[[tasks]]\nname = "Total"\nkind = "function"\n[[tasks]]\nname = "ReLU"\nkind = "model"\n'
LAYERS = TWO.replace("Total", "Sum")
SUMS = "def total(values):\n    return sum(values)\n"


@pytest.fixture
def backend(tmp_path, monkeypatch):
    """`backend(sums="...")`: the name of an imported package with these modules."""

    def backend(**modules):
        folder = tmp_path / "site" / "third_backend"
        folder.mkdir(parents=True)
        for name, source in {"__init__": "", **modules}.items():
            (folder / f"{name}.py").write_text(source)
        monkeypatch.syspath_prepend(str(folder.parent))
        for name in ("third_backend", *(f"third_backend.{module}" for module in modules)):
            monkeypatch.delitem(sys.modules, name, raising=False)
        __import__("third_backend")
        return "third_backend"

    return backend


def test_the_reference_offers_the_tasks_of_all_exercises(write_course):
    course = write_course("one", tasks={"layers": LAYERS}, sums=SUMS, layers="")
    offered = [(entry.kind, entry.key) for entry in reference_offers(course)]
    assert offered == [
        ("function", "total@numpy"),
        ("function", "sum@numpy"),
        ("model", "relu@numpy"),
    ]


def test_two_exercises_that_define_one_name_are_both_named(write_course):
    course = write_course("one", sums=SUMS, totals=SUMS)
    with pytest.raises(ConflictError, match=r"'sums' and 'totals' both define 'total'.*`registry`"):
        list(reference_offers(course))


def test_the_registry_follows_the_course_and_names_it(write_course):
    single, two = write_course("one", sums=SUMS), write_course("two", sums="total = len")
    first, second = Plugins(course=single).registry, Plugins(course=two).registry
    assert first.get("total", "numpy")([2, 3]) == 5
    assert second.get("total", "numpy") is len
    origin = first.find("total", "numpy").origin
    assert origin == f"the course ({single.root}/exercises/course.toml)"
    assert not first.offers("lstm", "numpy")


def test_an_exercise_takes_the_place_of_a_built_in_extra(write_course):
    """A course need not know which extras gradus has."""
    own = '[[tasks]]\nname = "AdaDelta"\nkind = "optimizer"\n'
    source = "class AdaDelta:\n    def step(self, parameters, gradients):\n        pass\n"
    course = write_course("one", tasks={"steps": own}, steps=source)
    result = Plugins(course=course).registry.find("ada_delta", "numpy")
    assert result.target.endswith(".unit.steps.steps:AdaDelta")


HINT = "take what another exercise defines with `part\\(NAME\\)`"
OWN_LINE = r"solutions/unit/sums/sums\.py:{}\)$"


@pytest.mark.parametrize(
    ("source", "error", "said"),
    [
        (None, UsageError, r"total@numpy cannot be used: .*sums\.py is missing"),
        ("", PluginError, r"total@numpy \(the course .*has no attribute 'total'"),
        ("import no_such_module", UsageError, "needs the package 'no_such_module'.*pip install"),
        ("from solutions.unit.one.two import Two\n", UsageError, rf"^(?!.*pip install).*{HINT}"),
        ("x = 1\nx = = 2\n", PluginError, OWN_LINE.format(2)),
        ("import re\n\nre.compile('(')\n", PluginError, OWN_LINE.format(3)),
        ("def total(\n", PluginError, OWN_LINE.format(1)),
        ("import re\n\nraise RuntimeError('boom')\n", PluginError, OWN_LINE.format(3)),
    ],
)
def test_a_solution_that_cannot_be_used_is_named_with_the_cause(write_course, source, error, said):
    course = write_course("one", sums=source or "")
    if source is None:
        (course.root / "solutions/unit/sums/sums.py").unlink()
    with pytest.raises(error, match=said):
        Plugins(course=course).registry.get("total", "numpy")


def test_the_name_of_the_package_of_a_course_is_in_no_message(write_course):
    kinds = {"sums": TWO, "steps": '[[tasks]]\nname = "Adam"\nkind = "optimizer"\n'}
    course = write_course("one", tasks=kinds, sums="", steps="class Adam: pass\n")
    registry = Plugins(course=course).registry
    for name, error in (("relu", PluginError), ("adam", InterfaceError)):
        with pytest.raises(error) as raised:
            registry.get(name, "numpy")
        assert "gradus_course" not in str(raised.value)
        assert "solutions/unit/" in str(raised.value)


def test_a_malformed_exercise_is_named(write_course):
    course = write_course("one", tasks={"sums": '[[tasks]]\nname = "total"\n'}, sums=SUMS)
    with pytest.raises(
        BadInputError, match=r"sums/exercise\.toml:\d+: tasks\[0\]\.kind is missing"
    ):
        Plugins(course=course).registry.names()


def test_a_lookup_reads_no_more_exercises_than_it_needs(write_course):
    course = write_course("one", tasks={"layers": LAYERS}, sums=SUMS, layers="", totals=SUMS)
    registry = Plugins(course=course).registry
    assert registry.providers() == ["jax", "numpy", "torch"]
    assert [course.is_unread(name) for name in course.exercise_names] == [True] * 3
    course.tasks("layers")
    assert registry.find("relu", "numpy").target.endswith(":ReLU")
    assert [course.is_unread(name) for name in course.exercise_names] == [True, False, True]
    with pytest.raises(ConflictError, match="both define 'total'"):
        registry.names()


def test_a_backend_offers_the_exercises_that_it_has_a_module_for(write_course, backend):
    course = write_course("one", tasks={"layers": LAYERS}, sums=SUMS, layers="")
    package = backend(layers="raise RuntimeError('not before it is used')", products="")
    extras = [
        Implementation("arrays", "arrays", "third", f"{package}.arrays:Arrays"),
        Implementation("model", "relu", "third", f"{package}.products:ReLU"),
    ]
    offered = {
        entry.key: entry.target for entry in backend_offers(package, "third", course, extras)
    }
    assert offered == {
        "sum@third": "third_backend.layers:Sum",
        "relu@third": "third_backend.layers:ReLU",
        "arrays@third": "third_backend.arrays:Arrays",
    }


def test_a_module_without_a_task_is_named_with_the_task(write_course, backend):
    course = write_course("one", sums=SUMS)
    registry = Registry()
    for entry in backend_offers(backend(sums="def sum_up(): pass"), "third", course):
        registry.add(entry)
    with pytest.raises(PluginError, match=r"total@third .*third_backend\.sums has no .*'total'"):
        registry.get("total", "third")
