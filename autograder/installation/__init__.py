"""The installation of gradus on this system and whether it works, as `gradus doctor` shows it.

inspection.py     versions, folders, the course, plugins and sandboxes
system_facts.py   facts in sections, their problems, and the report as text
bundle.py         the redacted bundle for a bug report
"""
