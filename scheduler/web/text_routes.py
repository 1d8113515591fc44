"""Where the provider of texts tells what became of a text, and hands over what came in; its signature is the guard."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, request

from scheduler.config import Settings
from scheduler.domain.clock import Clock
from scheduler.reminders.channel_choice import TOLD_BELOW
from scheduler.reminders.provider_signature import is_signed
from scheduler.reminders.sms_channel import account_in
from scheduler.reminders.take_text import TakeText, take_text
from scheduler.reminders.text_status import take_status

pages = Blueprint("texts", __name__)

_NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@pages.post(f"{TOLD_BELOW}<reference>")
def status(reference: str) -> Response:
    """Take what became of a text."""
    _only_from_the_provider()
    code = request.form.get("ErrorCode", "")
    take_status(
        reference,
        request.form.get("MessageStatus", ""),
        int(code) if code.isdecimal() and len(code) < 9 else 0,
        _clock().now(),
    )
    return Response("", 204)


@pages.post(TOLD_BELOW.rstrip("/"))
def arrived() -> Response:
    """Take a text that came in; nothing is answered by text, since the provider itself confirms an opt-out."""
    _only_from_the_provider()
    form = request.form
    if not (form.get("MessageSid") and form.get("From")):
        abort(400)
    take_text(TakeText(form["MessageSid"], form["From"], form.get("Body", "")), _clock())
    return Response(_NO_ANSWER, content_type="text/xml; charset=utf-8")


def _only_from_the_provider() -> None:
    """Refuse what the provider did not sign: with 404 where there is none, so that nobody learns anything here."""
    settings: Settings = current_app.extensions["trellis_settings"]
    if not settings.sms_url:
        abort(404)
    # The address as the provider knows it; what a proxy says of itself is not asked.
    url = f"{settings.public_url}{request.path}"
    token, given = account_in(settings.sms_url).token, request.headers.get("X-Twilio-Signature", "")
    if not is_signed(token, url, request.form.items(multi=True), given):
        abort(403)


def _clock() -> Clock:
    clock: Clock = current_app.extensions["trellis_clock"]
    return clock
