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


def test_a_student_part_is_used_where_it_is_written(student_file):
    known = registry(
        ("model", "layer@numpy", LAYER),
        ("model", "network@numpy", NETWORK),
        ("model", "layer@student", f"{student_file}:Layer"),
    )
    backend = Backend(known, "numpy", provider="student")
    network = backend.build("network", 3, kind="model")
    assert network.layer.mine
    assert backend.taken == {"network": "numpy", "layer": "student"}


def test_what_a_student_has_not_written_comes_from_the_reference(student_file):
    known = registry(
        ("model", "layer@numpy", LAYER),
        ("model", "network@numpy", NETWORK),
        ("model", "other@student", f"{student_file}:Layer"),
    )
    backend = Backend(known, "numpy", provider="student")
    assert backend.build("network", 3, kind="model").layer.size == 3
    assert set(backend.taken.values()) == {"numpy"}


def test_a_backend_with_arrays_of_its_own_stands_alone():
    known = registry(("model", "layer@numpy", LAYER), ("model", "network@other", NETWORK))
    backend = Backend(known, "other")
    assert backend.providers == ("other",)
    with pytest.raises(UsageError, match="'other' offers no 'layer': choose layer@numpy"):
        backend.build("network", 3, kind="model")


def test_a_student_part_computes_on_the_arrays_of_any_backend(student_file):
    known = registry(
        ("model", "network@other", NETWORK), ("model", "layer@student", f"{student_file}:Layer")
    )
    backend = Backend(known, "other", provider="student")
    assert backend.build("network", 3, kind="model").layer.mine
    assert isinstance(backend.arrays, OtherArrays)
    assert (backend.name, backend.provider) == ("other", "student")
    assert backend.build("layer@student", 3, kind="model").mine


def test_a_provider_without_arrays_is_no_backend():
    with pytest.raises(UsageError, match=r"'week3' is no backend.*`--provider week3` uses its"):
        Backend(registry(("model", "layer@week3", LAYER)), "week3")


def test_a_provider_with_arrays_computes_on_no_others():
    with pytest.raises(UsageError, match="leave out `--backend numpy`, or `--provider other`"):
        Backend(registry(), "numpy", provider="other")


def test_a_misspelt_provider_is_corrected():
    with pytest.raises(UnknownNameError, match="no provider 'othr': did you mean 'other'"):
        Backend(registry(), "numpy", provider="othr")


def test_the_part_of_another_provider_by_name():
    known = registry(("model", "layer@week3", LAYER), ("model", "layer@numpy", LAYER))
    backend = Backend(known, "numpy")
    backend.build("layer@week3", 3, kind="model")
    assert backend.taken == {"layer": "week3"}


def test_a_part_for_other_arrays_is_refused():
    known = registry(("model", "layer@other", LAYER))
    with pytest.raises(UsageError, match=r"layer@other does not work on the arrays of .*'numpy'"):
        Backend(known, "numpy").build("layer@other", 3, kind="model")


def test_a_part_of_another_kind_is_refused():
    known = registry(("model", "layer@numpy", LAYER))
    with pytest.raises(UsageError, match="layer@numpy is a model; what is needed here is"):
        Backend(known, "numpy").build("layer", 3, kind="optimizer")


def test_arguments_that_do_not_fit_are_named():
    known = registry(("model", "layer@numpy", LAYER))
    with pytest.raises(UsageError, match=r"layer cannot be built.*'rate'"):
        Backend(known, "numpy").build("layer", 3, kind="model", rate=2)


class Fragile(Model):
    """Raises the error of its argument's type."""

    def __init__(self, size):
        super().__init__()
        self.size = 1 / size


def test_an_error_of_a_constructor_is_named_with_its_place():
    known = registry(("model", "fragile@numpy", f"{__name__}:Fragile"))
    said = r"fragile cannot be built as a model here: ZeroDivisionError: .*test_backends.py:\d+"
    with pytest.raises(UsageError, match=said):
        Backend(known, "numpy").build("fragile", 0, kind="model")


def test_an_argument_may_have_any_name():
    known = registry(("model", "layer@numpy", LAYER))
    with pytest.raises(UsageError, match="unexpected keyword argument 'name'"):
        Backend(known, "numpy").build("layer", 3, kind="model", name=2)


def test_kinds_have_their_article():
    known = registry(("optimizer", "step@numpy", LAYER))
    with pytest.raises(UsageError, match="is an optimizer; what is needed here is a model"):
        Backend(known, "numpy").build("step", 3, kind="model")


def test_a_misspelt_backend_is_corrected():
    with pytest.raises(UnknownNameError, match="no backend 'numpi': did you mean 'numpy'"):
        Backend(registry(), "numpi")


def test_a_device_reaches_the_arrays():
    assert Backend(registry(), "other", device="cuda").arrays.device == "cuda"


def test_numpy_has_no_gpu():
    with pytest.raises(UsageError, match="`--backend torch --device cuda`"):
        Backend(registry(), "numpy", device="cuda")


def test_a_part_that_no_provider_offers_is_unknown():
    with pytest.raises(UnknownNameError, match="no implementation 'lstm'"):
        part_source(registry(("model", "layer@numpy", LAYER)), ["numpy"])("lstm")


def test_two_files_of_one_name_stay_apart(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "layer.py").write_text(f"where = lambda: {folder!r}", encoding="utf-8")
    known = registry(
        ("function", "one@student", f"{tmp_path}/one/layer.py:where"),
        ("function", "two@student", f"{tmp_path}/two/layer.py:where"),
    )
    assert known.get("one", "student")() == "one"
    assert known.get("two", "student")() == "two"


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
