"""The registry: lookups with near misses, kinds checked at load."""

import pytest

from framework.errors import (
    InterfaceError,
    PluginError,
    UnknownNameError,
    UsageError,
)
from framework.interfaces import Optimizer
from framework.providers.registry import Implementation, Registry, first_provider


class Abstract(Optimizer):
    """Promises a step once more."""


INSTANCE = len("not a class")


class Half:
    """A model without backward."""

    def forward(self, x):
        return x


def registry(*entries):
    result = Registry()
    for entry in entries:
        result.add(Implementation(*entry))
    return result


LSTM = ("model", "lstm", "numpy", f"{__name__}:Half")


@pytest.mark.parametrize(
    ("name", "provider", "kind", "error", "said"),
    [
        ("ltsm", "numpy", "model", UnknownNameError, "no model 'ltsm': did you mean 'lstm'"),
        ("lstm", "numpi", None, UnknownNameError, "no provider 'numpi': did you mean 'numpy'"),
        ("lstm", "torch", None, UsageError, "'torch' offers no 'lstm': choose lstm@numpy"),
        ("lstm", "numpy", "optimizer", InterfaceError,
         "lstm@numpy is of the kind model, not optimizer"),
    ],
)  # fmt: skip
def test_what_is_not_offered_is_said_with_near_misses(name, provider, kind, error, said):
    with pytest.raises(error, match=said):
        registry(LSTM, ("model", "gru", "torch", "x:GRU")).find(name, provider, kind=kind)


@pytest.mark.parametrize(
    ("kind", "target", "error", "said"),
    [
        ("model", "Half", InterfaceError, "has no backward, zero_gradients, train, eval"),
        ("optimizer", "Abstract", InterfaceError, "registered as optimizer but has no step"),
        ("function", "INSTANCE", InterfaceError, "but is a int: no class, no function"),
        ("model", "Absent", PluginError, "has no attribute 'Absent'"),
        ("model", "", PluginError, r"part@week3 \(week3 \(w 1.0\)\) cannot be imported"),
    ],
)
def test_what_a_kind_promises_is_checked_at_load(kind, target, error, said):
    location = f"{__name__}:{target}" if target else "no_such_module:GRU"
    entries = registry((kind, "part", "week3", location, "week3 (w 1.0)"))
    with pytest.raises(error, match=said):
        entries.get("part", "week3")


def test_a_file_is_a_target_too(tmp_path):
    (tmp_path / "rnn.py").write_text("def rnn():\n    return 1")
    result = registry(("function", "rnn", "student", f"{tmp_path}/rnn.py:rnn"))
    assert result.get("rnn", "student") is result.get("rnn", "student")
    assert result.get("rnn", "student")() == 1


def test_names_by_kind_and_providers_by_name():
    result = registry(LSTM, ("model", "lstm", "torch", "x:L"), ("loss", "hinge", "torch", "x:H"))
    assert result.names("model") == ["lstm"]
    assert result.providers("lstm") == ["numpy", "torch"]
    assert first_provider(result, "hinge", ("numpy", "torch")) == "torch"
    assert first_provider(result, "hinge", ("numpy",)) is None


def test_a_plugin_with_kinds_of_runs_alone_is_no_provider_to_choose():
    entries = registry(LSTM, ("task", "ranking", "week3", "week3:RankingTask"))
    assert entries.providers() == ["numpy"]
    with pytest.raises(UnknownNameError, match=r"no provider 'week3': choose .*numpy"):
        entries.find("lstm", "week3")


def test_a_package_that_is_not_installed_is_for_the_user_to_install(tmp_path):
    path = tmp_path / "needs_a_package.py"
    path.write_text("import no_such_package_anywhere\n")
    result = registry(("model", "gru", "week3", f"{path}:GRU"))
    with pytest.raises(UsageError, match="pip install no_such_package_anywhere"):
        result.get("gru", "week3")


def test_the_choice_between_two_owners_holds_in_any_order():
    first, two = (
        Implementation("optimizer", "lion", "shared", "m:Lion", f"{name} ({name}-plugin 1.0)")
        for name in ("one", "two")
    )
    for order in ((first, two), (two, first)):
        result = Registry({"lion@shared": "one"})
        for entry in order:
            result.add(entry)
        assert result.find("lion", "shared").origin == first.origin
