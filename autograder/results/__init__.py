"""The record of a check: its result, and findings with their renderings."""
