"""Runs submissions in a sandbox, compares, explains and reports."""
