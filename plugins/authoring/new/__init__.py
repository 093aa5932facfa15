"""`gradus new`: writes the first files of a course, an exercise or a plugin.

group: the group. course, exercise, plugin: its commands. files: writes files from templates.
"""
