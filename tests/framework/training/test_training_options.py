"""Options: each stands once, is checked by its range, and works the same wherever it comes from."""

from pathlib import Path

import pytest

from framework.errors import UsageError
from framework.training.option_fields import option_fields
from framework.training.training_options import TrainingOptions
from plugins.lectures.training.cbow import CbowOptions
from plugins.lectures.training.language_model import LanguageModelOptions
from plugins.lectures.training.pair_tasks import PairOptions
from plugins.lectures.training.tagger import TaggerOptions
from plugins.lectures.training.text_classifier import TextClassifierOptions
from plugins.lectures.training.window_scores import WindowScoreOptions
from plugins.lectures.training.word_vectors import WordVectorOptions

KINDS = [
    LanguageModelOptions,
    TaggerOptions,
    TextClassifierOptions,
    PairOptions,
    WordVectorOptions,
    WindowScoreOptions,
    CbowOptions,
]


def test_every_kind_of_run_has_all_options_of_training():
    common = {field.name for field in option_fields(TrainingOptions)}
    assert {"clip", "schedule", "seeds", "summed", "resume", "arguments", "precision"} < common
    for kind in KINDS:
        assert common <= {field.name for field in option_fields(kind)}


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_has_a_help_text_and_a_default_that_fits(kind):
    for field in option_fields(kind):
        assert field.option.help.endswith("."), field.name
        assert field.checked(field.default) == field.default, field.name


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"epochs": 0}, "epochs must be a whole number from 1 on, not 0"),
        ({"epochs": 2.5}, "epochs must be a whole number from 1 on, not 2.5"),
        ({"epochs": True}, "epochs must be a whole number from 1 on, not True"),
        ({"clip": 0.0}, "clip must be a number from 1e-12 on, not 0.0"),
        ({"learning_rate": float("nan")}, "learning_rate must be a number from 0 on, not nan"),
        ({"dropout": 1}, "dropout must be text, not 1"),
        ({"precision": "half"}, "precision must be one of float64, float32, bfloat16, not 'half'"),
        ({"optimizer": None}, "optimizer must be text, not None"),
        ({"arguments": "a=1"}, "arguments must be a list of texts, not 'a=1'"),
        ({"hold": 3}, "`--hold` delays a schedule, but there is none: add `--schedule NAME`"),
        ({"highway_layers": 2}, "there are none: add `--character-filters N`"),
        ({"highway_bias": -2}, "`--highway-bias` needs the filters over characters"),
        ({"weight_decay": -1}, "weight_decay must be a number from 0 to 1e+06, not -1"),
        (
            {"initializer": "xavier_uniform", "initial_range": 0.1},
            "`--initial-range` and `--initializer` both draw the initial weights: leave one out",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_the_option_the_value_and_what_is_allowed(given, said):
    with pytest.raises(UsageError) as refused:
        LanguageModelOptions(**given)
    assert said in str(refused.value)


def test_values_get_the_type_of_their_option():
    options = LanguageModelOptions(clip=5, out="m", arguments=["a=1"])
    assert (options.clip, options.out, options.arguments) == (5.0, Path("m"), ("a=1",))
    assert type(options.clip) is float


def test_settings_are_what_settles_a_result():
    settings = TextClassifierOptions(out="m", seeds=3, vectors="v", vector_range=0.5).settings()
    assert not {"out", "seeds", "resume", "corpus", "arguments"} & settings.keys()
    assert (settings["clip"], settings["seed"], settings["vectors"]) == (None, 0, "v")
    assert settings["vector_range"] is None  # vectors that are given are not drawn
