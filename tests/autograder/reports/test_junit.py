from dataclasses import replace
from xml.etree import ElementTree as ET

from report_fixtures import everywhere

from autograder.reports.junit import render_junit
from autograder.results.report import Report
from autograder.verdicts import Verdict

#: Children and attributes that junit-10.xsd of Jenkins' xUnit plugin allows.
OUTCOMES = {"skipped", "error", "failure"}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "testcase": OUTCOMES | {"system-out"},
}
COUNTS = {"tests", "failures", "errors"}
ATTRIBUTES = {
    "testsuites": {"name", "time"} | COUNTS,
    "testsuite": {"name", "time", "skipped", "file"} | COUNTS,
    "property": {"name", "value"},
    "testcase": {"name", "classname", "time"},
    **{outcome: {"type", "message"} for outcome in OUTCOMES},
}


def test_readers_know_every_element_and_attribute(report):
    for element in ET.fromstring(render_junit(report)).iter():
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
        assert set(element.attrib) <= ATTRIBUTES.get(element.tag, set())


def test_counts_are_those_of_the_cases(report):
    root = ET.fromstring(render_junit(report))
    assert {key: root.get(key) for key in COUNTS} == {
        "tests": "25",
        "failures": "18",
        "errors": "1",
    }
    for suite in root:
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(count)) == len(suite.findall(f"testcase/{tag}"))
        assert int(suite.get("tests")) == len(suite.findall("testcase"))


def test_each_verdict_has_its_element(report):
    results = {}
    for case in ET.fromstring(render_junit(report)).iter("testcase"):
        outcomes = [child for child in case if child.tag in OUTCOMES]
        assert len(outcomes) <= 1
        results |= {outcome.get("type"): outcome.tag for outcome in outcomes}
    ours = {Verdict.SKIPPED: "skipped", Verdict.NOT_GRADED: "error"}
    # of written questions and of kits alone, which have tests of their own; and of tasks alone
    without = {Verdict.FOR_A_PERSON, Verdict.NEEDS_GRADER, Verdict.UNFINISHED}
    expected = {verdict.value: ours.get(verdict, "failure") for verdict in set(Verdict) - without}
    assert results == {name: tag for name, tag in expected.items() if name != "passed"}


def test_a_failed_check(report):
    suite = ET.fromstring(render_junit(report)).find("testsuite[@name='language_models.rnn']")
    assert suite.get("time") == "0.425"
    assert suite.find("properties/property[@name='seed']").get("value") == "7"
    case = suite.find("testcase[@name='Backward through time']")
    assert (case.get("classname"), case.get("time")) == ("language_models.rnn.RNN", "0.012")
    message = "gradients['W_h']: 16 of 16 values differ from the expected ones"
    assert case.find("failure").get("message") == message
    assert case.find("failure").text == (
        "failed (3 points)\n"
        f"{message}\n"
        "worst at [2, 1]: expected 0.31, received 0.62 (ratio 2)\n"
        "call: RNN(3, 4, rng=rng).backward(float64 (2, 6, 4))\n"
        "hint: What comes back from step t+1 is added before tanh' is applied."
    )
    assert case.find("system-out").text == "step 5\nstep 4\n"


def test_names_of_cases_are_distinct(report, wrong):
    """Readers merge cases of one name: one that failed could hide behind one that passed."""
    check = wrong.tasks[0].checks[0]
    paired_models = (check, replace(check, id="test_rnn.py::other", verdict=Verdict.FAILED))
    exercise = replace(wrong, tasks=(replace(wrong.tasks[0], checks=paired_models),))
    root = ET.fromstring(render_junit(Report(report.provenance, (exercise,))))
    assert len({case.get("name") for case in root.iter("testcase")}) == 2


def test_any_text_becomes_valid_xml():
    strange = "]]></failure><x a='\"'>& \x1b[2J \x00 \ud800 \uffff \ufffe 😀"
    text = render_junit(everywhere(strange))
    root = ET.fromstring(text.encode("utf-8"))
    shown = "]]></failure><x a='\"'>& \\x1b[2J \\x00 \\ud800   😀"
    case = root.find("testsuite/testcase")
    assert case.find("failure").get("message") == shown
    assert shown in case.find("system-out").text
