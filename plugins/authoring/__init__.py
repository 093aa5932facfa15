"""What authors of courses need: audits, calibration, checks of exercises, kits, services.

plugin.py          the built-in plugin: its commands and report formats
commands/          `gradus audit`, `calibrate`, `check`, `course`, `kit`, `gradescope`, `stubs`
audit/             proves that the checks of an exercise catch wrong answers
calibration/       computes thresholds from many trainings of the reference
checking/          finds everything that an author of an exercise can get wrong
kits/              student kits, and the package for Gradescope
new/               `gradus new`: first files of a course, an exercise or a plugin
services/          reports for code hosts and course platforms
revision_files.py  revisions of a course as files, and what changed between two
stub_files.py      the stubs of a course as files
"""
