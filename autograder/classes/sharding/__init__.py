"""A run in shards: each grades a part of a plan into files, which are merged into the store.

plan.py          what is to be graded, and how: written once, read by every shard
result_files.py  one file for each result, in a folder that all machines share
shard.py         grades one part; no port is opened and no store is shared
merging.py       commits the files to the store
"""
