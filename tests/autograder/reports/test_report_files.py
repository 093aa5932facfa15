"""Reports as files, and `grade --plots DIR`: pictures of what checks have drawn."""

import errno
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from autograder.grading.setting import GradeOptions
from autograder.reports.report_files import save_plots, write_files
from autograder.results.findings.figures import Line, Plot
from autograder.results.report import Provenance, Report
from framework.errors import GradusError
from framework.providers.loaded_plugins import Plugins

LINE = Line("yours", (1, 2), (1, 0.1))
PLOT = Plot("Signals, layer by layer", "layer", "size", (LINE,), log=True)


@pytest.fixture
def drawn(passed):
    """A report in which a check, and a hidden one, have drawn a plot of one title."""
    sigmoid, tanh = passed.tasks
    seen = replace(sigmoid.checks[0], findings=(PLOT,))
    hidden = replace(sigmoid.checks[1], findings=(replace(PLOT, title="Hidden"),), hidden=True)
    exercise = replace(passed, tasks=(replace(sigmoid, checks=(seen, hidden)), tanh))
    provenance = Provenance(0, "numpy", "cpu", "bubblewrap", "exercises", "4a44", {})
    return Report(provenance, (exercise,), seconds=1.5)


def test_plots_are_pictures_named_after_exercise_and_title(drawn, tmp_path):
    (path,) = save_plots(drawn, tmp_path / "new" / "folder")
    assert path == tmp_path / "new" / "folder" / "activations-signals-layer-by-layer.svg"
    texts = [text.text for text in ET.parse(path).iter("{http://www.w3.org/2000/svg}text")]
    assert {"Signals, layer by layer", "layer", "size", "yours", "1e-1"} <= set(texts)


def test_plots_of_hidden_checks_are_for_instructors(drawn, tmp_path):
    assert len(save_plots(drawn, tmp_path)) == 1
    assert len(save_plots(drawn, tmp_path, show_hidden=True)) == 2


def test_half_a_report_is_removed(drawn, tmp_path, monkeypatch):
    def cut_off(path, text, encoding):
        path.write_bytes(text[:5].encode(encoding))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", cut_off)
    options = GradeOptions(files={"json": tmp_path / "report.json"})
    with pytest.raises(GradusError, match="No space"):
        write_files(drawn, options, Plugins())
    assert list(tmp_path.iterdir()) == []
