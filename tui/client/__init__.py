"""The client side of the API, made for a quick start: few imports, no threads, no event loop."""
