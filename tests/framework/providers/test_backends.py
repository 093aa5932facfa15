"""Parts come from the first provider that offers them."""

import pytest

from framework.arrays import Arrays
from framework.errors import PluginError, UnknownNameError, UsageError
from framework.interfaces import Model
from framework.models.parts import part
from framework.providers.backends import Backend, part_source
from framework.providers.registry import Implementation, Registry


class Layer(Model):
    """A part of a network."""

    def __init__(self, size):
        super().__init__()
        self.size = size


class Fragile(Model):
    """Raises the error of its argument's type."""

    def __init__(self, size):
        super().__init__()
        self.size = 1 / size


class Network(Model):
    """Builds its part by name."""

    def __init__(self, size):
        super().__init__()
        self.layer = part("layer")(size)


class OtherArrays(Arrays):
    """Arrays of another backend, on any device."""

    def __init__(self, device="cpu"):
        self.device = device

    from_numpy = to_numpy = assign = is_native = lambda self, *args: None


def registry(*entries):
    built = Registry()
    built.add(Implementation("arrays", "arrays", "numpy", "framework.interfaces:NumpyArrays"))
    built.add(Implementation("arrays", "arrays", "other", f"{__name__}:OtherArrays"))
    for kind, key, target in entries:
        name, _, provider = key.partition("@")
        built.add(Implementation(kind, name, provider, target))
    return built


LAYER, NETWORK = f"{__name__}:Layer", f"{__name__}:Network"

STUDENT_LAYER = """
from framework.interfaces import Model

class Layer(Model):
    def __init__(self, size):
        super().__init__()
        self.mine = True
"""


@pytest.fixture
def student_file(tmp_path):
    path = tmp_path / "layer.py"
    path.write_text(STUDENT_LAYER, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("written", "taken"),
    [("layer", {"network": "numpy", "layer": "student"}),
     ("other", {"network": "numpy", "layer": "numpy"})],
)  # fmt: skip
def test_a_student_part_is_used_where_it_is_written_or_else_the_references(
    student_file, written, taken
):
    known = registry(
        ("model", "layer@numpy", LAYER),
        ("model", "network@numpy", NETWORK),
        ("model", f"{written}@student", f"{student_file}:Layer"),
    )
    backend = Backend(known, "numpy", provider="student")
    network = backend.build("network", 3, kind="model")
    assert hasattr(network.layer, "mine") == (written == "layer")
    assert backend.taken == taken


def test_a_student_part_computes_on_the_arrays_of_any_backend(student_file):
    known = registry(
        ("model", "network@other", NETWORK), ("model", "layer@student", f"{student_file}:Layer")
    )
    backend = Backend(known, "other", provider="student")
    assert backend.build("network", 3, kind="model").layer.mine
    assert isinstance(backend.arrays, OtherArrays)
    assert (backend.name, backend.provider) == ("other", "student")
    assert backend.build("layer@student", 3, kind="model").mine


def test_the_part_of_another_provider_by_name():
    known = registry(("model", "layer@week3", LAYER), ("model", "layer@numpy", LAYER))
    backend = Backend(known, "numpy")
    backend.build("layer@week3", 3, kind="model")
    assert backend.taken == {"layer": "week3"}


AT = r"fragile cannot be built as a model here: ZeroDivisionError: .*test_backends.py:\d+"


@pytest.mark.parametrize(
    ("key", "name", "sizes", "settings", "said"),
    [
        ("model layer@other", "layer@other", (3,), {}, "does not work on the arrays of .*'numpy'"),
        ("model layer@numpy", "layer", (3,), {"kind": "optimizer"}, "is a model; what is needed"),
        (
            "optimizer layer@numpy",
            "layer",
            (3,),
            {},
            "an optimizer; what is needed .* a model",
        ),
        ("model layer@numpy", "layer", (3,), {"rate": 2}, "layer cannot be built.*'rate'"),
        ("model layer@numpy", "layer", (3,), {"name": 2}, "unexpected keyword argument 'name'"),
        ("model fragile@numpy", "fragile", (0,), {}, AT),
    ],
)
def test_what_cannot_be_built_is_said(key, name, sizes, settings, said):
    kind, key = key.split()
    known = registry((kind, key, f"{__name__}:{key.partition('@')[0].title()}"))
    with pytest.raises(UsageError, match=said):
        Backend(known, "numpy").build(name, *sizes, **{"kind": "model", **settings})


def test_a_backend_with_arrays_of_its_own_stands_alone():
    known = registry(("model", "layer@numpy", LAYER), ("model", "network@other", NETWORK))
    backend = Backend(known, "other")
    assert backend.providers == ("other",)
    with pytest.raises(UsageError, match="'other' offers no 'layer': choose layer@numpy"):
        backend.build("network", 3, kind="model")


@pytest.mark.parametrize(
    ("name", "options", "error", "said"),
    [
        ("week3", {}, UsageError, "'week3' is no backend.*`--provider week3` uses its"),
        ("numpy", {"provider": "other"}, UsageError, "leave out `--backend numpy`, or `--provider"),
        ("numpy", {"provider": "othr"}, UnknownNameError, "'othr': did you mean 'other'"),
        ("numpi", {}, UnknownNameError, "no backend 'numpi': did you mean 'numpy'"),
        ("numpy", {"device": "cuda"}, UsageError, "`--backend torch --device cuda`"),
    ],
)
def test_what_is_no_backend_is_said(name, options, error, said):
    with pytest.raises(error, match=said):
        Backend(registry(("model", "layer@week3", LAYER)), name, **options)
    with pytest.raises(UnknownNameError, match="no implementation 'lstm'"):
        part_source(registry(("model", "layer@numpy", LAYER)), ["numpy"])("lstm")


def test_a_device_reaches_the_arrays():
    assert Backend(registry(), "other", device="cuda").arrays.device == "cuda"


@pytest.mark.parametrize(
    ("content", "message"),
    [("1 / 0", "ZeroDivisionError"), ("x = 1", "no attribute 'Layer'"), (None, "No such file")],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path, content, message):
    path = tmp_path / "layer.py"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    known = registry(("model", "layer@student", f"{path}:Layer"))
    with pytest.raises(PluginError, match=message) as caught:
        known.get("layer", "student")
    assert str(path) in str(caught.value)


def test_two_files_of_one_name_stay_apart(tmp_path):
    entries = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "layer.py").write_text(f"where = lambda: {folder!r}", "utf-8")
        entries.append(("function", f"{folder}@student", f"{tmp_path}/{folder}/layer.py:where"))
    known = registry(*entries)
    assert [known.get(folder, "student")() for folder in ("one", "two")] == ["one", "two"]
