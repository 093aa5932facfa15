"""The end of `gradus train`: the learning curve, its file, and the table of scores."""

from xml.etree import ElementTree as ET

import pytest
from gradus_command import gradus
from plugin_fixtures import reader
from repository import ROOT

from framework.errors import BadInputError

LINES = ["the key is here", "the keys are here", "a key is old", "the old keys are here"]
RUNS = ("--epochs", 2, "--seeds", 2)
SMALL = ("--corpus", "text.txt", "--embedding-size", 4, "--hidden-size", 6, "--batch-size", 4)


@pytest.fixture(autouse=True)
def course(spec):
    """A folder with a small text."""
    (spec / "text.txt").write_text("\n".join(LINES * 15), encoding="utf-8")
    return spec


def rows(output):
    """The table of scores at the end: name -> score."""
    table = output.partition("  held-out perplexity\n")[2].partition("Saved")[0]
    return {name.strip(): float(score) for name, score in map(_split, table.splitlines())}


def _split(line):
    return line.rsplit(maxsplit=1)


def test_a_run_ends_with_its_curve_and_its_file(course):
    output = gradus("train", "rnn_lm", *SMALL, "--epochs", 3)
    assert "  held-out perplexity of recurrent_lm on text.txt\n" in output
    assert "* recurrent_lm   o 3-grams (Kneser-Ney)" in output
    assert "and checkpoints/rnn_lm.svg. Next: `gradus sample" in output
    root = ET.parse(course / "checkpoints/rnn_lm.svg").getroot()
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert {"epoch", "recurrent_lm", "3-grams (Kneser-Ney)"} <= set(texts)


def test_a_rate_that_changes_within_an_epoch_is_drawn_below(course):
    schedules = {"step_decay:factor=0.5,every=1": 0, "warmup_cosine:warmup=0.25,least=0": 1}
    for schedule, charts in schedules.items():
        gradus("train", "rnn_lm", *SMALL, "--epochs", 4, "--schedule", schedule)
        root = ET.parse(course / "checkpoints/rnn_lm.svg").getroot()
        lower = [element for element in root if element.tag.endswith("svg")]
        assert len(lower) == charts
    texts = [element.text for element in lower[0].iter() if element.tag.endswith("text")]
    assert texts.count("learning rate") == 2 and "epoch" in texts
    line = next(element for element in lower[0] if element.tag.endswith("polyline"))
    points = [tuple(map(float, point.split(","))) for point in line.get("points").split()]
    highest = min(points, key=lambda point: point[1])
    assert highest == points[20], "after the first of four epochs"
    assert points[0][1] == points[-1][1] == max(y for _, y in points)
    assert float(lower[0].get("y")) + float(lower[0].get("height")) == float(root.get("height"))


def test_the_table_has_the_score_of_the_last_epoch_and_of_n_grams():
    output = gradus("train", "rnn_lm", *SMALL, "--epochs", 2)
    counted = rows(gradus("train", "kneser_ney", "--corpus", "text.txt"))
    result = rows(output)
    assert list(result) == ["recurrent_lm", "3-grams (Kneser-Ney)"]
    assert "epoch 2/2   loss" in output
    assert f"held-out perplexity {result['recurrent_lm']:.4f}   " in output
    assert counted == {}
    assert 1 < result["3-grams (Kneser-Ney)"] < 11


def test_a_best_model_has_the_score_of_its_epoch():
    output = gradus(
        "train", "rnn_lm", *SMALL, "--epochs", 3, "--learning-rate", 3, "--keep", "best"
    )
    scores = [
        float(line.split("perplexity ")[1].split()[0])
        for line in output.splitlines()
        if line.startswith("epoch")
    ]
    assert rows(output)["recurrent_lm"] == min(scores)


def test_one_epoch_has_no_curve(course):
    output = gradus("train", "rnn_lm", *SMALL, "--epochs", 1)
    assert "│" not in output
    assert "Saved checkpoints/rnn_lm.safetensors. Next" in output
    assert not (course / "checkpoints/rnn_lm.svg").exists()


def test_the_curve_goes_to_the_file_that_is_named(course):
    gradus("train", "rnn_lm", *SMALL, "--epochs", 2, "--plot", "plots/one.svg")
    output = gradus("train", "rnn_lm", *SMALL, *RUNS, "--plot", "plots/curve.svg")
    assert "│" not in output
    names = sorted(path.name for path in (course / "plots").iterdir())
    assert names == ["curve-seed0.svg", "curve-seed1.svg", "one.svg"]
    (course / "file").touch()
    with pytest.raises(BadInputError, match="cannot be written"):
        gradus("train", "rnn_lm", *SMALL, "--epochs", 2, "--plot", "file/curve.svg")


@pytest.fixture
def student(course):
    """The options that train the solution of rnn as a student's file."""
    (course / "exercises").mkdir()
    solution = ROOT / "solutions/language_models/rnn/rnn.py"
    (course / "exercises/written.py").write_text(solution.read_text("utf-8"), "utf-8")
    (course / "reader.py").write_text(reader("model", "rnn", "RNN"), "utf-8")
    return (*SMALL, "--epochs", 2, "--provider", "student", "--plugin", course / "reader.py")


def test_a_students_model_stands_beside_the_reference(student):
    result = rows(gradus("train", "rnn_lm", *student))
    assert list(result) == ["your recurrent_lm", "reference", "3-grams (Kneser-Ney)"]
    assert result["your recurrent_lm"] == result["reference"]


def test_a_reference_after_a_long_run_or_an_interrupted_one_is_left_out(student, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    patched = {"epoch_progress": interrupt, "REFERENCE_SECONDS": 0.0}
    for name, value in patched.items():
        with monkeypatch.context() as patch:
            patch.setattr(f"framework.commands.train.run_ending.{name}", value)
            output = gradus("train", "rnn_lm", *student)
        assert list(rows(output)) == ["your recurrent_lm", "3-grams (Kneser-Ney)"]
        assert ("The reference is trained" in output) == (name == "epoch_progress")
        assert "Next: `gradus sample" in output
