"""contui: a container engine that people live in. The parts are tui, backend, shim and proto."""
