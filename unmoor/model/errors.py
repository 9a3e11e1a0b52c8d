"""The one error that is the user's to mend. It is caught once, in the command line, and ends with exit code 2."""


class UserError(Exception):
    """A mistake in the command or the configuration: what is wrong, where, and what to do."""

    def __init__(self, title: str, cause: str = "", help: str = "") -> None:
        super().__init__(title)
        self.title, self.cause, self.help = title, cause, help
