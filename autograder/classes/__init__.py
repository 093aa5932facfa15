"""A class: its submissions are collected, graded once each, and kept with every result."""
