"""Students of a class, their dates, and the privacy of their data.

tables.py   tables of any system: read, written, or with single cells replaced
roster.py   students and their identifiers
dates.py    due dates, times of submission, extensions, time zones
privacy.py  files for their owner alone, pseudonyms
"""
