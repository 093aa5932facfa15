"""Untrusted archives, read in memory: one module for each format, and what they share."""
