"""Images: an OCI content store of what containers start from, and the built-in `host`.

`contui.backend.images.store.ImageStore` is what others use; `contui.backend.images.record` has what
it returns.
"""
