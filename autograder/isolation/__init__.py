"""Keeps the submission's process and the grader's apart: wire, worker, sandboxes, host."""
