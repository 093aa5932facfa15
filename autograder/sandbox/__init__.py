"""Keeps the submission's process and the grader's apart.

- wire: what crosses between both
- values: trees of values, their leaves, and the arrays among arguments by name
- sandboxes: start, watch and end workers
- host: the grader's side of a conversation
- worker: the process that runs a submission
- confine: what a worker gives up
"""
