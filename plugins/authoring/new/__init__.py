"""`gradus new`: writes the first files of a course, an exercise, a plugin or a backend.

group: the group. course, exercise, plugin: its commands. files: writes files from templates.
"""
