"""The rule about what is agreed on after a dose, and the line by which such a consent is refused when it is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from scheduler.domain.appointment import Appointment
from scheduler.domain.diary import BookedVisit
from scheduler.domain.people import GateDecision, GateRecord, Patient
from scheduler.domain.telling import told
from scheduler.domain.treatment import StepKind
from scheduler.rules.finding import Breach
from scheduler.rules.gate_families import family_of
from scheduler.rules.question import Question
from scheduler.rules.wording import gate_name, limit


def is_consent(gate: str) -> bool:
    """Say whether a gate is one that the patient agrees on."""
    return family_of(gate).judged_with == "consent"


def dose_before(booked: Iterable[BookedVisit], instant: datetime, rest: timedelta) -> BookedVisit | None:
    """Return the dose that was being given at this instant, or was over for less than `rest`; `None` where there is none.

    `rest` is elapsed time, counted from when the patient was let go; at the limit itself the head is clear.
    """
    for visit in booked:
        given = visit.given
        if visit.kind is StepKind.DOSING and given and given.start <= instant < given.end + rest:
            return visit
    return None


def consent_is_given_with_a_clear_head(question: Question) -> Iterator[Breach]:
    """What a patient agrees on during a dose, or in the hours after it, is no consent: nothing of weight is decided then.

    An earlier consent that still holds stands as before. Counted in elapsed hours from when the patient was let go, by the
    clinic's setting, over the doses of every series at every site. It needs the time at which a consent was given, so one
    that a file tells of, by its day alone, is taken as it is.
    """
    rest, patient = question.diary.site.no_decisions, question.diary.patient
    for visit in question.ahead:
        for gate in question.step_of(visit).gates:
            found = _clouded(question, visit, gate.kind) if is_consent(gate.kind) else None
            if found is None:
                continue
            decided, dose = found
            assert decided.decided_at is not None, "one that is told of by a file has no time"
            assert dose.given is not None, "only a dose that was given clouds anything"
            if _passes_without(patient, question, visit, decided):
                continue
            yield Breach(
                (visit,),
                told(
                    "%(gate)s for %(step)s was given at %(given)s, and the dose before that was over at %(over)s; "
                    "%(rest)s are to lie between",
                    gate=gate_name(gate.kind),
                    step=visit.step,
                    given=question.said(decided.decided_at),
                    over=question.said(dose.given.end),
                    rest=limit(rest),
                ),
                told("ask for it again from %(time)s on", time=question.said(dose.given.end + rest)),
                gate=gate.kind,
            )


def _clouded(question: Question, visit: Appointment, gate: str) -> tuple[GateRecord, BookedVisit] | None:
    """Return the consent that counts for a visit, with the dose that clouds it, where one does."""
    day, diary = question.day_of(visit), question.diary
    latest = diary.patient.latest_decision(gate, day)
    if latest is None or latest.decided_at is None or not latest.passes_on(day):
        return None
    dose = dose_before(diary.booked, latest.decided_at, diary.site.no_decisions)
    return (latest, dose) if dose else None


def _passes_without(patient: Patient, question: Question, visit: Appointment, clouded: GateRecord) -> bool:
    """Say whether the consent stands open by what was decided with a clear head alone."""
    diary, day = question.diary, question.day_of(visit)
    clear = [
        record
        for record in patient.gates
        if record.kind == clouded.kind
        and record.decided_on <= day
        and not (
            record.decision is GateDecision.PASS
            and record.decided_at
            and dose_before(diary.booked, record.decided_at, diary.site.no_decisions)
        )
    ]
    latest = max(clear, key=lambda record: record.order, default=None)
    return latest is not None and latest.passes_on(day)
