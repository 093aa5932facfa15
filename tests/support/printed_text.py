"""What a submission printed during a check."""

from autograder.results.findings.check_texts import PrintedText


def printed(check):
    """The printed text that the result `check` holds; empty where there is none."""
    return "".join(finding.text for finding in check.of(PrintedText))
