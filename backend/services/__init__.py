"""Thin gRPC facades: they translate, `contui.backend.containers` decides."""
