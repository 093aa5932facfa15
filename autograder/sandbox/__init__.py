"""Keeps the submission's process and the grader's apart.

wire.py    what crosses between both
values.py  trees of values, their leaves, and the arrays among arguments by name
runners/   sandboxes by name: they start, watch and end workers
session/   the grader's side of a conversation with the code under test
worker/    the process that runs a submission
confine/   what a worker gives up before it loads one
"""
