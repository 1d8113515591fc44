"""What whoever takes a patient home is told: where and around when, and nothing of whom or of what."""

from __future__ import annotations

from scheduler.domain.clock import local
from scheduler.reminders.gsm import in_alphabet
from scheduler.reminders.messages import Letter

OPT_OUT = "STOP to opt out"


def compose_escort_text(letter: Letter) -> str:
    """Return the words of the text, for which no answer is asked."""
    line = letter.visits[0]
    at = local(line.start, line.zone)
    when = f"{at:%a} {at:%b} {at.day} around {at.hour % 12 or 12}:{at:%M} {at:%p}"
    questions = f" Questions: {letter.phone}." if letter.phone else ""
    return in_alphabet(
        f"You offered to meet a visitor at {letter.address or letter.public_name} on {when}.{questions} {OPT_OUT}"
    )
