"""The command line: one module a group of verbs, loaded when it is used."""
