"""The tasks of an exercise: names, kinds and registry names."""

import pytest
from repository import text_of

from framework.course.tasks import read_tasks, snake_case
from framework.errors import BadInputError
from framework.toml_tables import read_table

TASKS = text_of("texts/tasks/tasks.py")


@pytest.mark.parametrize(
    ("name", "registered"),
    [
        ("RNN", "rnn"),
        ("SkipGram", "skip_gram"),
        ("RMSProp", "rms_prop"),
        ("ReLU", "relu"),
        ("LeakyReLU", "leaky_relu"),
        ("RecurrentLM", "recurrent_lm"),
        ("BatchNorm1d", "batch_norm1d"),
        ("context_pairs", "context_pairs"),
    ],
)
def test_registry_names(name, registered):
    assert snake_case(name) == registered


@pytest.fixture
def tasks(tmp_path):
    """Return the tasks of an ``exercise.toml`` with this text."""

    def read(text):
        file = tmp_path / "exercise.toml"
        file.write_text(text, "utf-8")
        return read_tasks(read_table(file))

    return read


def test_a_task_counts_unless_it_says_that_it_is_optional(tasks):
    assert [(task.name, task.optional) for task in tasks(TASKS)] == [("walk", False), ("run", True)]
    with pytest.raises(BadInputError, match="tasks are all optional: at least one has to count"):
        tasks(TASKS[TASKS.index("[[tasks]]", 5) :])
    with pytest.raises(BadInputError, match=r"optional must be true or false, not 'yes'"):
        tasks(TASKS.replace("true", '"yes"'))
