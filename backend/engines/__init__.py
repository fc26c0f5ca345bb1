"""Engines: one protocol for every kind of container host, `native` for our own."""
