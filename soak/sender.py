"""One sender of messages as a process of its own, which makes a pass by each way and ends, or is killed."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from scheduler.app import create_app_without_pages
from scheduler.config import Settings, settings_from
from scheduler.domain.errors import Conflict
from scheduler.reminders import sms_channel, smtp_channel
from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.sms_channel import SmsChannel
from scheduler.reminders.smtp_channel import SmtpChannel
from soak.wild_servers import PATIENCE, TOLD_AT


@dataclass(frozen=True, slots=True)
class Job:
    """One pass by each way: on which database, to which servers, at what time; texts first for every other sender."""

    url: str
    mail_port: int
    texts_url: str
    now: datetime
    texts_first: bool


def send(job: Job) -> None:
    """Make a pass by each way, with less patience for servers than a clinic's."""
    logging.getLogger().setLevel(logging.CRITICAL)
    smtp_channel._PATIENCE_IN_SECONDS = sms_channel._PATIENCE_IN_SECONDS = PATIENCE
    app = create_app_without_pages(settings_for(job.url))
    mail = SmtpChannel(f"smtp://127.0.0.1:{job.mail_port}", "appointments@example.org")
    texts = SmsChannel(job.texts_url, TOLD_AT)
    with app.app_context():
        for channel in (texts, mail) if job.texts_first else (mail, texts):
            # Beside two others on one file it may give up for now, as it may in a clinic.
            with suppress(Conflict):
                dispatch(job.now, channel, public_url="https://visits.example.org")


def settings_for(url: str) -> Settings:
    """Return the settings of an application on this database."""
    return settings_from({"DATABASE_URL": url, "SECRET_KEY": "for the senders alone " * 2})
