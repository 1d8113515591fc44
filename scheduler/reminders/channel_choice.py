"""Which ways messages leave by in this installation."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from scheduler.config import Settings
from scheduler.reminders.channels import Channel
from scheduler.reminders.maildir_channel import MaildirChannel
from scheduler.reminders.smtp_channel import SmtpChannel


def channel_for(settings: Settings) -> Channel:
    """Return SMTP when there is an SMTP_URL, otherwise the local mailbox. Raises `InvalidValue` for a faulty URL."""
    host = urlsplit(settings.public_url).hostname or "localhost"
    # A numeric host is no domain that an address could end in.
    domain = host if ":" not in host and host.rpartition(".")[2][:1].isalpha() else "localhost"
    sender = f"appointments@{domain}"
    if settings.smtp_url:
        return SmtpChannel(settings.smtp_url, sender)
    return MaildirChannel(mailbox_folder(settings), sender)


def mailbox_folder(settings: Settings) -> Path:
    """Return where messages go as long as there is no SMTP_URL."""
    return settings.var_folder / "mailbox"
