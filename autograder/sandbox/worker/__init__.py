"""The worker: the process that runs a submission and answers the grader's requests.

- main: entry of a worker: it isolates itself
- fork_server: entry of a server that forks workers
- serving: locks the worker in, and answers requests
- portable: its timers, and the end of its output, where the system is not Linux
- dispatcher: runs the steps of a request, and keeps the objects that stay here
- loading: imports the submission's files, and describes their exceptions
- summed_cells: a cell whose state is a tuple, which checks describe
- imports: finds packages, and refuses what graded code may not import
"""
