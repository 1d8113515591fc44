"""Which patients somebody is to call since a message did not reach them or a text of theirs needs a person, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.contact import ContactWay
from scheduler.domain.message_words import TO_ESCORTS
from scheduler.domain.people import Patient
from scheduler.reminders.take_text import ESCORT, UNCLEAR
from scheduler.reminders.text_words import Wish
from scheduler.store.glances import patients_named
from scheduler.store.texts import open_tasks
from scheduler.store.unreached import unreached
from scheduler.web.speech import Spoken, mark, said

_TEXTED = Spoken(
    {
        UNCLEAR: mark(
            "Somebody answered a text; the number is that of several patients, so it is not known who"
        ),
        Wish.YES.value: mark("Answered a text with yes, and no visit that it told of stands at that time"),
        Wish.CALL.value: mark("Asked by text for a call"),
        Wish.STOP_IN_WORDS.value: mark("Seems to want no more texts, and gets none"),
        ESCORT: mark("Whoever takes the patient home answered a text, and is to be called"),
        Wish.OTHER.value: mark("Answered a text in words, which are not kept here"),
    }
)
_WAYS = Spoken({ContactWay.EMAIL.value: mark("E-mail"), ContactWay.SMS.value: mark("Text")})


@dataclass(frozen=True, slots=True)
class CallLine:
    """One patient to call, with each reason once, and since when the first stands."""

    patient: Patient
    reasons: tuple[str, ...]
    since: datetime


def calls_at(site: str, now: datetime) -> tuple[CallLine, ...]:
    """Return the patients of a site to call, who waits longest first; for use in one reading."""
    reasons: dict[str, dict[str, datetime]] = {}
    for lost in unreached(site, now):
        told = {"way": _WAYS.get(lost.channel, lost.channel), "problem": lost.problem}
        if lost.kind in TO_ESCORTS:
            why = said("%(way)s to whoever takes the patient home not delivered: %(problem)s", **told)
        else:
            why = said("%(way)s not delivered: %(problem)s", **told)
        reasons.setdefault(lost.patient, {}).setdefault(why, lost.due)
    for task in open_tasks(site):
        reasons.setdefault(task.patient, {}).setdefault(_TEXTED[task.kind], task.received_at)
    patients = patients_named(reasons)
    lines = (CallLine(patients[one], tuple(why), min(why.values())) for one, why in reasons.items())
    return tuple(sorted(lines, key=lambda line: (line.since, line.patient.id)))


def count_calls(site: str | None, now: datetime) -> int:
    """Return how many patients are to be called, of one site or of all for `None`."""
    lost, texted = unreached(site, now), open_tasks(site)
    return len({one.patient for one in lost} | {one.patient for one in texted})
