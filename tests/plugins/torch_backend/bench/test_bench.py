"""Both programs of every model, their comparison, and `gradus bench` itself."""

import json
import sys

import pytest
from gradus_command import gradus
from page_commands import commands
from repository import ROOT

from framework.errors import UnknownNameError, UsageError

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from framework.providers.backends import Backend  # noqa: E402
from framework.providers.plugins import Plugins  # noqa: E402
from plugins.torch_backend.bench.catalogue import CASES, chosen_cases  # noqa: E402
from plugins.torch_backend.bench.language_models import CourseLSTM  # noqa: E402
from plugins.torch_backend.bench.measurement import check_equal, measured, pair_of  # noqa: E402
from plugins.torch_backend.bench.measures import Speeds  # noqa: E402
from plugins.torch_backend.bench.pair import NotComparable  # noqa: E402

#: One case of each kind of pair.
KINDS = list({case.target: case for case in CASES}.values())


@pytest.fixture(scope="module")
def backend():
    return Backend(Plugins().registry, "torch")


@pytest.fixture
def one_thread():
    """`gradus bench` sets the number of threads of its process."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("case", KINDS, ids=lambda case: case.name)
def test_both_programs_take_the_same_step(backend, case):
    pair = pair_of(case, backend, is_tiny=True, is_random=False)
    if pair.is_same_model:
        pair.check()
    assert list(pair.steps("float32")) == ["ours", "torch.nn", "torch.nn, foreach"]


def test_other_weights_are_not_comparable(backend, monkeypatch):
    monkeypatch.setattr(CourseLSTM, "plain_blocks", lambda self, value: value)
    (case,) = chosen_cases(["lstm"])
    with pytest.raises(NotComparable, match=r"^lstm: the two programs do not compute the same"):
        check_equal(case, backend)


def test_another_optimizer_is_not_comparable(backend, monkeypatch):
    plain_step = CourseLSTM.plain_step

    def with_another_rate(self, *arguments, **named):
        self.rate = 0.5
        return plain_step(self, *arguments, **named)

    monkeypatch.setattr(CourseLSTM, "plain_step", with_another_rate)
    with pytest.raises(NotComparable, match="differs by"):
        check_equal(chosen_cases(["lstm"])[0], backend)


def test_a_bound_is_below_the_median_and_within_the_rounds():
    speeds = Speeds({"ours": (1.0, 2.0, 1.0, 4.0), "torch.nn": (2.0, 2.0, 3.0, 2.0)})
    ratio, bound = speeds.ratio("torch.nn")
    assert ratio == 1.5
    assert 0.5 <= bound < ratio


def test_equal_rounds_have_their_ratio_as_the_bound():
    assert Speeds({"ours": (1.0,) * 5, "x": (2.0,) * 5}).ratio("x") == (2.0, 2.0)


def test_launches_are_counted_and_tiny_sizes_have_no_goal(backend):
    (case,) = chosen_cases(["window_lm"])
    found = measured(case, backend, precision="float32", seconds=0.01, is_tiny=True)
    assert all(use.launches > 10 and use.peak is None for use in found.use.values())
    assert found.goal is None and found.units == 12
    assert case.goal("cpu") == 0.97 and case.goal("cuda") is None


def test_goals_of_a_gpu():
    goals = {case.name: case.goal("cuda") for case in CASES if case.goal("cuda")}
    assert goals == {
        "zaremba_small": 1.3, "zaremba_medium": 1.1, "zaremba_large": 1.0, "qrnn_256_8_512": 5.0,
    }  # fmt: skip


def test_a_group_is_chosen_by_its_name():
    assert len(chosen_cases(["qrnn"])) == 12
    assert [case.name for case in chosen_cases(["gru", "lstm"])] == ["lstm", "gru"]
    with pytest.raises(UnknownNameError, match="no model to measure 'gur': did you mean 'gru'"):
        chosen_cases(["gur"])


def test_the_command_shows_a_table_and_saves_json(tmp_path, one_thread):
    file = tmp_path / "figures.json"
    shown = gradus("bench", "gru", "--tiny", "--seconds", "0.1", "--json", file)
    assert "gru" in shown and "torch.nn, foreach" in shown and "launches" in shown
    saved = json.loads(file.read_text("utf-8"))
    assert saved["setting"]["threads"] == 1 and saved["setting"]["sizes"] == "tiny"
    (model,) = saved["models"]
    assert model["model"] == "gru" and model["programs compute the same"]
    assert set(model["speed of ours over"]) == {"torch.nn", "torch.nn, foreach"}
    assert model["programs"]["ours"]["units per second"] > 0


def test_the_list_names_every_model_and_measures_none():
    assert [line.split(":")[0] for line in gradus("bench", "--list").splitlines()] == [
        case.name for case in CASES
    ]


def test_without_torch_the_command_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'gradus-nlp\[torch\]'"):
        gradus("bench", "gru")


def test_a_precision_that_is_none_is_refused():
    with pytest.raises(UsageError, match="float32, float64"):
        gradus("bench", "gru", "--precision", "half")


def test_the_commands_of_the_page_name_models_and_options_that_exist():
    lines = commands(ROOT / "docs/performance.md", "gradus")
    assert len(lines) == 2
    for line in lines:
        _, *words = line.split()
        assert gradus(*words, "--list").startswith("zaremba_small: ")
