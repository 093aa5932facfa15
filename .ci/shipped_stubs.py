"""The build of gradus's wheel."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: Where `autograder.course.generated_stubs` looks for them.
PLACE = "autograder/course/shipped_exercises"


class ShippedStubs(BuildHookInterface):
    """Adds the stubs to the wheel a second time.

    A student edits the first ones; how far one is shows beside the others. A clone has solutions
    to make stubs from, so an editable installation needs none.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the stub and the description of every exercise."""
        if version == "standard":
            build_data["force_include"][str(self._copy())] = PLACE

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the copies."""
        for folder in build_data["force_include"]:
            if build_data["force_include"][folder] == PLACE:
                shutil.rmtree(folder)

    def _copy(self) -> Path:
        """Copy them: a file that is added by its own path would be left out at its first place."""
        copies, exercises = Path(tempfile.mkdtemp()), Path(self.root, "exercises")
        for toml in exercises.glob("*/*/exercise.toml"):
            copy = copies / toml.parent.relative_to(exercises)
            copy.mkdir(parents=True)
            stubs = (toml.with_name(f"{toml.parent.name}.py"), toml.with_name("questions.md"))
            for file in (toml, *(stub for stub in stubs if stub.is_file())):
                shutil.copy(file, copy)
        return copies
