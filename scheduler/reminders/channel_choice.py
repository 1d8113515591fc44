"""Which ways messages leave by in this installation."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from scheduler.config import Settings
from scheduler.reminders.channels import Channel
from scheduler.reminders.maildir_channel import MaildirChannel
from scheduler.reminders.sms_channel import SmsChannel
from scheduler.reminders.sms_folder_channel import SmsFolderChannel
from scheduler.reminders.smtp_channel import SmtpChannel

TOLD_BELOW = "/m/"
"""Below this path the provider of texts tells what became of each; it says nothing of what it is for."""


def channel_for(settings: Settings) -> Channel:
    """Return SMTP when there is an SMTP_URL, otherwise the local mailbox. Raises `InvalidValue` for a faulty URL."""
    host = urlsplit(settings.public_url).hostname or "localhost"
    # A numeric host is no domain that an address could end in.
    domain = host if ":" not in host and host.rpartition(".")[2][:1].isalpha() else "localhost"
    sender = f"appointments@{domain}"
    if settings.smtp_url:
        return SmtpChannel(settings.smtp_url, sender)
    return MaildirChannel(mailbox_folder(settings), sender)


def channels_for(settings: Settings) -> tuple[Channel, ...]:
    """Return every way that messages leave by: e-mail and texts. Raises `InvalidValue` for a faulty URL."""
    return channel_for(settings), sms_channel_for(settings)


def sms_channel_for(settings: Settings) -> Channel:
    """Return the provider of texts when there is an SMS_URL, otherwise the local folder. Raises `InvalidValue`."""
    if not settings.sms_url:
        return SmsFolderChannel(texts_folder(settings))
    # A provider tells nobody in the open; and in the open it could be made up by whoever listens.
    is_reached = settings.public_url.startswith("https://")
    return SmsChannel(settings.sms_url, f"{settings.public_url}{TOLD_BELOW}" if is_reached else None)


def texts_folder(settings: Settings) -> Path:
    """Return where texts go as long as there is no SMS_URL."""
    return settings.var_folder / "texts"


def mailbox_folder(settings: Settings) -> Path:
    """Return where messages go as long as there is no SMTP_URL."""
    return settings.var_folder / "mailbox"
