"""The commands of `gradus` that train and use models, and what all commands share.

options: arguments and options of several commands. option_command: commands made from a dataclass.
groups: groups of commands that import them when they are called. output: sentences, tables, bars.
setup: plugins, backend and parts of a command. writing: language model and rule of a command that
writes texts. Every other module is the command of its name: complete, corpora, evaluate, plugins,
sample, train.
"""
