"""Before facts are changed, the visits that this would break are shown; saved then, or at once where there are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic
from uuid import uuid4

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Actor
from scheduler.booking.changing_facts import Change, ChangeOfFacts, Consequences, FactsChanged
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import Clock
from scheduler.rules.finding import Finding
from scheduler.store.glances import patients_named
from scheduler.store.work import reading
from scheduler.web.guard import actor
from scheduler.web.identity import current_clock
from scheduler.web.speech import said, said_of_number
from scheduler.web.words import count_words

#: The fields by which the page comes back; all others are those of the form.
SEEN, KEY = "seen", "key"


@dataclass(frozen=True)
class Saving(Generic[Change]):
    """A change to be saved: its two use cases, what it is in words for the page, and where to go afterwards."""

    wanted: ChangeOfFacts[Change]
    preview: Callable[[ChangeOfFacts[Change], Actor, Clock], Consequences | Refused | NotAllowed]
    save: Callable[[ChangeOfFacts[Change], Actor, Clock], FactsChanged | Refused | NotAllowed]
    what: str
    back: str


@dataclass(frozen=True, slots=True)
class BrokenVisit:
    """One visit that would be broken, whose it is, and why."""

    visit: Appointment
    patient: str
    findings: tuple[Finding, ...]


def shown_or_saved(saving: Saving[Change]) -> ResponseReturnValue:
    """Answer a form: with the visits that would break, or after these were seen by saving."""
    if SEEN in request.form:
        seen = frozenset(filter(None, request.form[SEEN].split(",")))
        return _saved(saving, replace(saving.wanted, seen=seen, idempotency_key=request.form.get(KEY)))
    found = saving.preview(saving.wanted, actor(), current_clock())
    if isinstance(found, NotAllowed):
        abort(403)
    if isinstance(found, Refused):
        return _refused(saving, found)
    if not found.visits:
        return _saved(saving, replace(saving.wanted, seen=frozenset()))
    return _page(saving, found)


def _saved(saving: Saving[Change], wanted: ChangeOfFacts[Change]) -> ResponseReturnValue:
    outcome = saving.save(wanted, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        return _refused(saving, outcome)
    flash(_in_words(outcome), "missing" if outcome.conflicts else "good")
    return redirect(saving.back, 303)


def _refused(saving: Saving[Change], refused: Refused) -> ResponseReturnValue:
    flash(" ".join(f"{reason.why} {reason.mend}".strip() for reason in refused.reasons), "bad")
    return redirect(saving.back, 303)


def _in_words(outcome: FactsChanged) -> str:
    if outcome.consequences is None:
        return said("This was saved before.")
    if outcome.conflicts:
        return said_of_number(
            "Saved. Among the conflicts now: %(num)s visit to be mended.",
            "Saved. Among the conflicts now: %(num)s visits to be mended.",
            len(outcome.consequences.visits),
        )
    if outcome.resolved:
        return said(
            "Saved. Resolved by this: %(conflicts)s.", conflicts=count_words(outcome.resolved, "conflict")
        )
    return said("Saved. No booked visit is affected.")


def _page(saving: Saving[Change], found: Consequences) -> str:
    visits = {visit.id: visit for visit in found.visits}
    with reading():
        patients = patients_named(visit.patient for visit in visits.values())
    beside = {
        id: tuple(f for one in found.broken for f in one.findings if id in f.appointments) for id in visits
    }
    rows = [BrokenVisit(visit, patients[visit.patient].name, beside[id]) for id, visit in visits.items()]
    kept = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in {"csrf_token", SEEN, KEY}
    ]
    return render_template(
        "would_break.html",
        what=saving.what,
        rows=rows,
        kept=kept,
        seen=",".join(sorted(visits)),
        key=uuid4().hex,
        back=saving.back,
        site=found.before.site,
    )
