"""Text messages without a provider: into a local folder that a developer can read, a file each."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from scheduler.reminders.channels import Unreachable
from scheduler.reminders.gsm import segments
from scheduler.reminders.messages import Letter
from scheduler.reminders.phone_numbers import text_number
from scheduler.reminders.short_messages import compose_short


class SmsFolderChannel:
    """A folder of text messages, readable by its owner alone. A message that is sent again is the same file."""

    name = "sms"
    sender = ""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, letter: Letter, at: datetime) -> None:
        """Put the message into the folder, which is made when it is missing."""
        number, words = text_number(letter.recipient), compose_short(letter)
        text = f"To: {number}\nDate: {at.isoformat()}\nSegments: {segments(words)}\n\n{words}\n"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Written whole beside its place first, so that no reader sees half of it.
            draft = self._folder / f".{letter.reference}.{os.getpid()}"
            draft.write_text(text, encoding="utf-8")
            draft.chmod(0o600)
            draft.replace(self._folder / f"{letter.reference}.txt")
        except OSError as error:
            raise Unreachable(f"the local folder of texts cannot be written: {error.strerror}") from error

    def close(self) -> None:
        """Nothing is held open."""
