"""Gradebooks: points are filled into the file that a learning system exported.

A gradebook is a function from a `plugins.classes.gradebooks.fill_request.FillRequest` to a
`Filled`, named here as a string, so that nothing is imported until it is asked for.
"""

from __future__ import annotations

_SYSTEMS = "plugins.classes.gradebooks.systems"

#: Name of a gradebook -> ``module:function``.
GRADEBOOKS = {
    "canvas": f"{_SYSTEMS}:fill_canvas",
    "moodle-worksheet": f"{_SYSTEMS}:fill_moodle_worksheet",
    "moodle-gradebook": f"{_SYSTEMS}:fill_table",
    "blackboard": f"{_SYSTEMS}:fill_blackboard",
    "d2l": f"{_SYSTEMS}:fill_d2l",
    "csv": f"{_SYSTEMS}:fill_table",
}
