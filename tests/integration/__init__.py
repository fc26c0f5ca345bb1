"""Tests on real containers: root, runc, real backend and shim processes."""
