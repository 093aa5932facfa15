"""A plugin for each hook, shown in the documentation."""
