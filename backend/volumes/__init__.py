"""Volumes and mounts: what a container sees besides its own root.

`contui.backend.volumes.store.VolumeStore` is what the container manager uses.
"""
