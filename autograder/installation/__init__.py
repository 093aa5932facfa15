"""The installation of gradus on this system and whether it works, as `gradus doctor` shows it.

inspection.py   facts about versions, folders, course, plugins and sandboxes; the report as text
bundle.py       the redacted bundle for a bug report
"""
