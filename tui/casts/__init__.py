"""Recording sessions to asciicast v2 files, and playing them; for the command line and the TUI."""
