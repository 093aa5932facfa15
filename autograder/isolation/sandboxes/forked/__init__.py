"""The sandbox of forked workers: a server that is started once forks a process for each."""
