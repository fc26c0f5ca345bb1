"""The backend's end of the shims: the launcher that forks them, and the client of each."""
