import os
import pytest

def note(name):
    with open(os.environ["RAN"], "a", encoding="utf-8") as file:
        file.write(f"{name} ")

@pytest.fixture(autouse=True)
def noted(request):
    note(request.node.name)

note("file")

@pytest.mark.task("Sigmoid")
@pytest.mark.points(1)
def test_trained(submission, metric_threshold):
    assert submission.Sigmoid().forward(0.0) == 0.5
