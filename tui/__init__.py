"""The front end: the Textual app and the command line. Talks to the backend through the API only."""
