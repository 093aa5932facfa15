"""Both programs of every model, their comparison, and `gradus bench` itself."""

import json
import sys
from functools import partial

import numpy as np
import pytest
from gradus_command import gradus
from page_commands import commands
from programs import completed
from repository import ROOT

from framework.errors import StoppedError, UnknownNameError, UsageError

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from framework.providers.backends import Backend  # noqa: E402
from framework.providers.loaded_plugins import Plugins  # noqa: E402
from plugins.bench import skip_gram  # noqa: E402
from plugins.bench.catalogue import CASES, chosen_cases  # noqa: E402
from plugins.bench.language_models import CourseLSTM  # noqa: E402
from plugins.bench.measurement import (  # noqa: E402
    check_equal,
    measured,
    pair_of,
)
from plugins.bench.measures import Limits, Speeds, timed_rounds  # noqa: E402
from plugins.bench.pair import NotComparable, computing_in  # noqa: E402
from plugins.torch_backend.acceleration.low_precision import available_in_bfloat16  # noqa: E402

#: One case of each kind of pair; skip-gram has tests of its own.
KINDS = [
    case for case in {case.target: case for case in CASES}.values() if case.name != "skip_gram"
]


BACKEND = Backend(Plugins().registry, "torch")


@pytest.fixture
def backend():
    return BACKEND


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
    programs = ["copy"] if case.name == "qrnn_pooling" else ["torch.nn", "torch.nn, foreach"]
    programs += ["numpy"] if case.name == "transformer_lm" else []
    assert list(pair.steps("float32")) == ["ours", *programs]


def test_other_weights_or_another_optimizer_are_not_comparable(backend, monkeypatch):
    (case,), plain_step = chosen_cases(["lstm"]), CourseLSTM.plain_step

    def with_another_rate(self, *arguments, **named):
        self.rate = 0.5
        return plain_step(self, *arguments, **named)

    with monkeypatch.context() as patch, pytest.raises(NotComparable, match="differs by"):
        patch.setattr(CourseLSTM, "plain_step", with_another_rate)
        check_equal(case, backend)
    monkeypatch.setattr(CourseLSTM, "plain_blocks", lambda self, value: value)
    with pytest.raises(NotComparable, match=r"^lstm: the two programs do not compute the same"):
        measured(case, backend, precision="float32", limits=Limits(rounds=1), is_tiny=True)


def test_a_bound_is_below_the_median_and_within_the_rounds():
    speeds = Speeds({"ours": (1.0, 2.0, 1.0, 4.0), "torch.nn": (2.0, 2.0, 3.0, 2.0)})
    ratio, bound = speeds.ratio("torch.nn")
    assert ratio == 1.5
    assert 0.5 <= bound < ratio


def test_launches_are_counted_and_tiny_sizes_have_no_goal(backend):
    (case,) = chosen_cases(["window_lm"])
    result = measured(case, backend, precision="float32", limits=Limits(rounds=1), is_tiny=True)
    assert all(use.launches > 10 and use.peak is None for use in result.use.values())
    assert result.goal is None and result.units == 12
    assert case.goal("cpu") == 0.97 and case.goal("cuda") is None


def test_rounds_and_steps_are_as_many_as_asked_for():
    taken, shares = [], []
    steps = {name: partial(taken.append, name) for name in ("ours", "other")}
    limits = Limits(rounds=3, steps=2, warm=1)
    speeds = timed_rounds(steps, "cpu", limits, shares.append)
    assert [len(duration) for duration in speeds.seconds.values()] == [3, 3]
    assert taken[:6] == ["ours", "other", "ours", "ours", "other", "other"] and len(taken) == 14
    assert shares == [1 / 3, 2 / 3, 1]


#: The plain programs of these use `nn.LSTM`.
NEEDS_LSTM = pytest.mark.skipif(
    not torch.ops.mkldnn._is_mkldnn_bf16_supported(),
    reason="torch has no LSTM in bfloat16 on this processor",
)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("lstm", marks=NEEDS_LSTM),
        "gru_default",
        pytest.param("qrnn_256_8_32", marks=NEEDS_LSTM),
        "vdcnn_29",
    ],
)
def test_bfloat16_has_weights_in_float32(backend, name):
    pair = pair_of(chosen_cases([name])[0], backend, is_tiny=True, is_random=False)
    ours, plain = pair.our_model(), pair.plain_model()
    step = pair.our_step(ours, "bfloat16")
    losses = [step(), pair.plain_step(plain, "bfloat16", foreach=False)()]
    assert {item.dtype for item in (*ours.parameters.values(), *plain.parameters())} == {
        torch.float32
    }
    assert all(loss.isfinite().all() for loss in losses)


def test_an_operation_that_a_processor_has_not_in_bfloat16_is_a_clear_error():
    def missing():
        raise RuntimeError("could not create a primitive. Run it again.")

    with (
        pytest.raises(UsageError, match=r"bfloat16 here \(could not [a-z ]*\): use .*float32`"),
        computing_in("bfloat16", "cpu"),
    ):
        missing()
    with pytest.raises(RuntimeError, match="could not"), computing_in("float32", "cpu"):
        missing()


def test_a_mixture_of_precisions_is_no_missing_operation():
    single, half = torch.ones(1, 2, 2), torch.ones(1, 2, 2, dtype=torch.bfloat16)
    for mixed in (torch.matmul, torch.bmm, torch.nn.functional.conv1d):
        with pytest.raises(RuntimeError, match="BFloat16"), available_in_bfloat16("a model"):
            mixed(single, half)


@pytest.fixture
def small_data(tmp_path, monkeypatch):
    """A folder with a text of twelve words, and pairs of them."""
    rng, words = np.random.default_rng(0), [f"w{i}" for i in range(12)]
    lines = [" ".join(rng.choice(words, 9)) for _ in range(80)]
    (tmp_path / "wikitext2").mkdir()
    (tmp_path / "wikitext2/train.txt").write_text("\n".join(lines), "utf-8")
    (tmp_path / "word_similarity").mkdir()
    for file in skip_gram.JUDGED:
        pairs = [f"w{i}\tw{i + 1}\t{i}" for i in range(10)]
        (tmp_path / "word_similarity" / file).write_text("\n".join(pairs), "utf-8")
    monkeypatch.setenv("GRADUS_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def ours_as_gensim(monkeypatch):
    """Our program in the place of gensim's, which need not be installed."""
    monkeypatch.setattr(
        skip_gram, "gensim_vectors", lambda *given: skip_gram.our_vectors(*given, BACKEND)
    )
    monkeypatch.setattr(skip_gram.SkipGram, "check_available", lambda: None)


def test_skip_gram_is_timed_beside_gensim_with_scores_of_its_vectors(
    small_data, tmp_path, ours_as_gensim, one_thread
):
    shown = gradus("bench", "skip_gram", "--tiny", "--rounds", 2, "--json", tmp_path / "f.json")
    assert "skip_gram, gensim: EN-WS-353-ALL.txt " in shown
    (model,) = json.loads((tmp_path / "f.json").read_text("utf-8"))["models"]
    assert len(model["programs"]["ours"]["seconds per step"]) == 2
    assert model["programs"]["ours"]["scores"] == model["programs"]["gensim"]["scores"]
    assert len(model["programs"]["gensim"]["scores"]) == 3


def test_skip_gram_says_what_is_missing(small_data, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "gensim" else True)
    with pytest.raises(UsageError, match=r"pip install 'gradus-nlp\[benchmarks\]'"):
        gradus("bench", "rnn", "skip_gram")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: True)
    (small_data / "wikitext2/train.txt").unlink()
    with pytest.raises(UsageError, match=r"train\.txt, which is missing: set GRADUS_DATA"):
        gradus("bench", "skip_gram")


def test_the_command_shows_a_table_and_saves_json(tmp_path, one_thread):
    file = tmp_path / "figures.json"
    shown = gradus("bench", "gru", "--tiny", "--seconds", "0.1", "--json", file)
    assert "\n1 of 1: gru\n" in shown and "torch.nn, foreach" in shown and "launches" in shown
    saved = json.loads(file.read_text("utf-8"))
    assert saved["setting"]["threads"] == 1 and saved["setting"]["sizes"] == "tiny"
    (model,) = saved["models"]
    assert model["model"] == "gru" and model["programs compute the same"]
    assert set(model["speed of ours over"]) == {"torch.nn", "torch.nn, foreach"}
    assert model["programs"]["ours"]["units per second"] > 0


@pytest.fixture
def measured_with_errors(monkeypatch, one_thread):
    """Measures three models, which end in these errors, or in figures where one is None."""

    def measure(errors, file):
        left = list(errors)

        def speeds(*given):
            if (error := left.pop(0)) is not None:
                raise error
            return timed_rounds(*given)

        monkeypatch.setattr("plugins.bench.measurement.timed_rounds", speeds)
        return gradus("bench", *THREE, "--tiny", "--rounds", 1, "--json", file)

    return measure


#: In the order in which they are measured.
THREE = ("lstm", "gru", "gru_default")


def models_in(file):
    return [load["model"] for load in json.loads(file.read_text("utf-8"))["models"]]


def test_a_model_that_cannot_be_computed_costs_no_other_one_its_figures(
    tmp_path, measured_with_errors, monkeypatch
):
    said, errors = [], [UsageError("not here"), None, RuntimeError("CUDA out of memory")]
    monkeypatch.setattr("plugins.bench.bench_command.write_error", said.append)
    with pytest.raises(UsageError, match="2 of 3 models could not be measured"):
        measured_with_errors(errors, file := tmp_path / "figures.json")
    assert said[0] == "gradus: lstm: not here"
    assert said[1].startswith("gradus: gru_default: the GPU has no memory left")
    assert models_in(file) == ["gru"]


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (RuntimeError("a mistake"), RuntimeError, "a mistake"),  # of the program itself
        (KeyboardInterrupt(), StoppedError, "to start again: gradus bench lstm gru"),
    ],
)
def test_what_was_measured_before_the_end_is_kept(
    tmp_path, measured_with_errors, error, kind, said
):
    with pytest.raises(kind, match=said):
        measured_with_errors([None, error], file := tmp_path / "figures.json")
    assert models_in(file) == ["lstm"]


def test_a_part_of_the_figures_does_not_take_the_place_of_others(tmp_path, measured_with_errors):
    file = tmp_path / "figures.json"
    measured_with_errors([None] * 3, file)
    before = file.read_text("utf-8")
    with pytest.raises(StoppedError):
        measured_with_errors([None, None, KeyboardInterrupt()], file)
    assert file.read_text("utf-8") == before
    measured_with_errors([None] * 3, file)
    assert models_in(file) == list(THREE)


def test_models_are_listed_and_chosen(monkeypatch):
    listed = gradus("bench", "--list").splitlines()
    assert [line.split(":")[0] for line in listed] == [case.name for case in CASES]
    assert len(chosen_cases(["qrnn"])) == 12
    assert [case.name for case in chosen_cases(["gru", "lstm"])] == ["lstm", "gru"]
    with pytest.raises(UnknownNameError, match="no model to measure 'gur': did you mean 'gru'"):
        chosen_cases(["gur"])
    with pytest.raises(UsageError, match="float32, float64, bfloat16"):
        gradus("bench", "gru", "--precision", "half")
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'gradus-nlp\[torch\]'"):
        gradus("bench", "gru")


def test_the_commands_of_the_page_name_models_and_options_that_exist():
    lines = commands(ROOT / "docs/performance.md", "gradus")
    assert len(lines) == 4
    for line in lines:
        _, *words = line.split()
        assert gradus(*words, "--list").startswith("zaremba_small: ")


def test_numpy_uses_one_thread_too():
    """NumPy reads the number of threads when it is imported: the command says it before."""
    script = (
        "import sys; from plugins.bench import bench_command as command; "
        "command.pin_threads = lambda count: sys.exit(f'{count} {\"numpy\" in sys.modules}'); "
        "sys.argv[1:] = ['bench', 'transformer_lm', '--tiny']; "
        "from framework.cli import main; main()"
    )
    done = completed(sys.executable, "-c", script, cwd=ROOT)
    assert done.stderr.strip() == "1 False"
