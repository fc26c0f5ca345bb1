"""The front end: the Textual app and the command line; it talks to the backend by the API only."""
