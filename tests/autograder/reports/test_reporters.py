import importlib
import subprocess
import sys

import pytest

from autograder.reports import REPORTERS as OF_STUDENTS
from plugins.authoring.services import REPORTERS as OF_SERVICES

REPORTERS = OF_STUDENTS | OF_SERVICES


@pytest.mark.parametrize("name", sorted(REPORTERS))
def test_each_name_is_a_function_from_a_report_to_text(name, report):
    module, _, function = REPORTERS[name].partition(":")
    render = getattr(importlib.import_module(module), function)
    assert render(report).endswith("\n")
    assert render(report) == render(report)


def test_names_alone_import_no_renderer():
    code = (
        "import sys, autograder.reports; sys.exit('rich' in sys.modules or 'json' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
