"""The grader's side of the wire."""
