"""Students of a class, their dates, and the privacy of their data.

roster.py   students and their identifiers, from tables of any system
dates.py    due dates, times of submission, extensions, time zones
privacy.py  files for their owner alone, pseudonyms
"""
