"""The words of a mail to whoever takes a patient home, whose language nobody knows."""

from __future__ import annotations

from scheduler.reminders.words.language import MailWords

ESCORT_MAIL = MailWords(
    "You offered to meet a visitor",
    "\n\n".join(
        (
            "Hello,",
            "you offered to meet a visitor at {public_name}, around this time:",
            "{visits}",
            "Address: {address}",
            "If you have a question, or want no such messages, please call {phone}.",
        )
    ),
)
