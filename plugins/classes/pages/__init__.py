"""Pages about a run for its instructor, as files or from a server.

view.py        what pages show: results, faults, code of attempts
statistics.py  pass rates, mistakes, distributions, the heat map
site.py        path -> page, and a folder with all pages
answers.py     answers in prose, each once, and the form for their points
server.py      the same pages while a run is graded
"""
