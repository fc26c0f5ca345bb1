"""The shim: a small stdlib-only process per container that holds its stdio."""
