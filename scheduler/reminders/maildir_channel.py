"""E-mail without a mail server: into a local mailbox that a developer can open."""

from __future__ import annotations

from datetime import datetime
from mailbox import Maildir
from pathlib import Path

from scheduler.reminders.channels import Unreachable
from scheduler.reminders.messages import Letter, compose


class MaildirChannel:
    """A mailbox in the Maildir format, readable by its owner alone."""

    name = "email"

    def __init__(self, folder: Path, sender: str) -> None:
        self.sender = sender
        self._folder = folder

    def send(self, letter: Letter, at: datetime) -> None:
        """Put the message into the mailbox, which is made when it is missing."""
        message = compose(letter, self.sender, at)
        try:
            # Several senders may come first at once, which the library's own making of a mailbox does not bear.
            for folder in (
                self._folder.parent,
                self._folder,
                *(self._folder / part for part in ("tmp", "new", "cur")),
            ):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            Maildir(self._folder, create=False).add(message)
        except OSError as error:
            raise Unreachable(f"the local mailbox cannot be written: {error.strerror}") from error

    def close(self) -> None:
        """Nothing is held open."""
