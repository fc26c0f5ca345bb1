"""Tests of `contui.backend.stats`."""
