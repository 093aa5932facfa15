"""Keeps the submission's process and the grader's apart.

wire.py    what crosses between both, as trees of values
runners/   sandboxes by name: they start, watch and end workers
session/   the grader's side of a conversation with the code under test
worker/    the process that runs a submission
confine/   what a worker gives up before it loads one
"""
