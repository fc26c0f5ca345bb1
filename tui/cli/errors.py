"""Errors of the command line: a sentence, a remedy, an exit status."""

from __future__ import annotations

ENGINE_FAILED = 125  # of run, create, exec: the engine failed, not the program
CANNOT_EXECUTE = 126
NOT_FOUND = 127
SIGNALLED = 128  # plus the number of the signal


class CliError(Exception):
    """Ends the command: `contui: message`, the hint below it, and the status."""

    def __init__(self, message: str, hint: str = "", status: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.status = status


class UsageError(CliError):
    """The command line itself is wrong; the verb decides the status unless one is given."""

    def __init__(self, message: str, hint: str = "", status: int = 0) -> None:
        super().__init__(message, hint, status)


def invalid(message: str, hint: str = "") -> CliError:
    """A value that can never work, in a command that says 125 for whatever is not the program's."""
    return CliError(message, hint, ENGINE_FAILED)
