"""Findings: what a check shows in addition to its verdict.

finding.py       `Finding`, which every kind extends, and `CheckFindings`, which one check adds to
figures.py       lines over a pair of axes, and a metric during training
check_texts.py   what the submission printed, tables, and answers in prose

A new kind is a frozen dataclass that extends `Finding`. A check adds it through the fixture
``findings``; every report then shows it.
"""
