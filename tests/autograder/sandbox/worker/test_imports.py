"""Imports of graded code: what is allowed comes as ever, all else is refused by name."""

import pytest

from autograder.sandbox.worker.imports import GradedImporter

FRAMEWORK = {
    "framework.interfaces": ["Array", "Model"],
    "framework.models.parts": ["part"],
    "framework.errors": ["*"],
}


@pytest.fixture
def run():
    """`run(code)`: the names that graded code defines."""

    def run(code, **more):
        importer = GradedImporter(["numpy"], FRAMEWORK, **more)
        names = {"__builtins__": importer.builtins()}
        exec(code, names)
        return names

    return run


@pytest.mark.parametrize(
    "code",
    [
        "import math, os.path, collections.abc",
        "from __future__ import annotations",
        "import numpy as np; np.zeros(1)",
        "import numpy.linalg; numpy.linalg.norm",
        "from numpy.lib.stride_tricks import sliding_window_view",
        "from framework.interfaces import Array, Model; Model()",
        "from framework.interfaces import *; Model, Array",
        "from framework.models.parts import part as p; p",
        "from framework.models import parts; parts.part",
        "from framework import interfaces, models; interfaces.Model, models",
        "import framework.interfaces; framework.interfaces.Model",
        "import framework.models.parts as parts; parts.part",
        "from framework.errors import GradusError",
        "from framework.errors import *; UsageError",
        "exec('import math; math.pi')",
    ],
)
def test_what_is_allowed_can_be_imported(run, code):
    run(code)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("import pytest", "pytest"),
        ("import nltk.lm", "nltk.lm"),
        ("from PIL import Image", "PIL"),
        ("import autograder.sandbox.wire", "autograder.sandbox.wire"),
        ("import msgpack", "msgpack"),
        ("import __main__", "__main__"),
        ("import numpy_like", "numpy_like"),
        ("import framework_like", "framework_like"),
        ("def f():\n    import pytest\nf()", "pytest"),
        ("exec('import pytest')", "pytest"),
        ("eval('__import__(\"pytest\")')", "pytest"),
        ("from framework.evaluation.metrics import perplexity", "framework.evaluation.metrics"),
        ("import autograder.checks.numerical_gradients", "autograder.checks.numerical_gradients"),
        ("from framework.interfaces import NumpyArrays", "framework.interfaces.NumpyArrays"),
        ("from framework.models import deep_cells", "framework.models.deep_cells"),
        ("from framework import evaluation", "framework.evaluation"),
        ("import framework.arrays", "framework.arrays"),
    ],
)
def test_all_else_is_refused_by_name_with_what_is_allowed(run, code, name):
    with pytest.raises(ModuleNotFoundError) as caught:
        run(code)
    assert str(caught.value).startswith(f"not available to graded code: {name} (allowed: ")
    assert caught.value.name == name
    assert ("framework.interfaces.Model" if "framework." in name else "numpy") in str(caught.value)


def test_a_module_of_framework_shows_the_real_names_and_no_others(run):
    from framework.interfaces import Model

    names = run("import framework.interfaces as i, framework\nseen = dir(i), dir(framework)")
    public = [{name for name in seen if not name.startswith("_")} for seen in names["seen"]]
    assert public == [{"Array", "Model"}, {"interfaces"}]
    assert names["i"].Model is Model


def test_files_of_the_submission_may_name_each_other(run, tmp_path, monkeypatch):
    (tmp_path / "handed_in.py").write_text("value = 3")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert run("from handed_in import value", submitted=["handed_in"])["value"] == 3
