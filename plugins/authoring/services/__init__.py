"""Reports for services: GitHub, GitLab, and platforms with gradebooks.

They are formats of `grade --report NAME=FILE`, as those of `autograder.reports` are.
"""

from __future__ import annotations

_PACKAGE = "plugins.authoring.services"

#: Name of the format -> ``module:function``.
REPORTERS = {
    "autolab": f"{_PACKAGE}.course_platforms:render_autolab",
    "github-annotations": f"{_PACKAGE}.code_hosts:render_annotations",
    "github-summary": f"{_PACKAGE}.code_hosts:render_summary",
    "gitlab-codequality": f"{_PACKAGE}.code_hosts:render_code_quality",
    "gradescope": f"{_PACKAGE}.course_platforms:render_gradescope",
    "prairielearn": f"{_PACKAGE}.course_platforms:render_prairielearn",
}
