"""Providers of implementations: the registry, backends, and plugins that offer them.

backends.py           backends
course_offers.py      the implementations that follow from a course
installed_courses.py  installed courses
default_parts.py      the parts that plain Python and notebooks get
device_errors.py      errors of a GPU, its driver and its libraries
hook_calls.py         calls of one plugin's hooks
loaded_plugins.py     all plugins of one run
plugin_paths.py       plugins given by path
plugin_sources.py     the sources of plugins
registry.py           the registry of implementations, registered as data and loaded on first use
scoped_offers.py      offers of a course and of its bases
"""
