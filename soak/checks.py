"""What must hold after a soak: nothing claimed twice, half done or lost, and every rule that is broken is in the inbox."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import text

from scheduler.access.permissions import SYSTEM
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.inbox import refusals_of
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.booking.see_conflicts import see_conflicts
from scheduler.domain.clock import Clock, StandingClock
from scheduler.domain.facts import Facts
from scheduler.store import conflicts
from scheduler.store.database import db
from soak.crew import Soaked
from soak.given_back import give_back
from tests.journeys.check_export import faults_in

ONCE = ("book_series", "move_appointment", "replan_series", "substitute_therapist", "resolve_conflict")
"""What is asked with a key every time here: audit and keys tell of as many."""


def faults_after(soaked: Soaked, was: Facts, clock: Clock) -> Iterator[str]:
    """Yield every fault; the facts of the clinic are brought back in between, so that what stands can be judged by them."""
    # One moment for all of it: a quick clock would go on to the next day meanwhile.
    still = StandingClock(clock.now())
    yield from _crashed(soaked)
    yield from _half_done()
    yield from _not_in_the_inbox(was, still)
    give_back(was, still)
    document = export_clinic(still)
    longer = _took_longer()
    yield from (fault for fault in faults_in(document) if not _is_about(fault, longer))
    yield from _lost(soaked, document["appointments"])
    yield from _broken(still, longer)
    yield from _waiting_in_vain(document)


def _crashed(soaked: Soaked) -> Iterator[str]:
    """Yield what no use case may answer."""
    expected = ("done", "refused", "nothing to do", "lost a race", "no database")
    for (deed, outcome), times in soaked.answers.items():
        if not outcome.startswith(expected):
            yield f"{deed}: {outcome} ({times} times)"
    if soaked.silent:
        yield f"{soaked.silent} refusals without a reason"


def _half_done() -> Iterator[str]:
    """Yield where the pieces of one commit are not all there, or twice: asked of the tables, not of our own code."""
    asked = {
        "visits of no series or without phases": "SELECT count(*) FROM appointment a WHERE series_id IS NOT NULL AND "
        "NOT EXISTS (SELECT 1 FROM appointment_phase p WHERE p.appointment_id = a.id)",
        "standing visits without claims": "SELECT count(*) FROM appointment a WHERE state NOT IN "
        "('cancelled_by_patient', 'cancelled_by_clinic', 'same_day_hold', 'no_show', 'lapsed') AND "
        "NOT EXISTS (SELECT 1 FROM claim c WHERE c.appointment_id = a.id)",
        "series without a visit": "SELECT count(*) FROM series s WHERE NOT EXISTS "
        "(SELECT 1 FROM appointment a WHERE a.series_id = s.id)",
        "keys of series that are not there": "SELECT count(*) FROM answered_request r WHERE verb = 'book_series' AND "
        "NOT EXISTS (SELECT 1 FROM series s WHERE s.id = r.subject_id)",
        "series booked under two keys": "SELECT count(*) FROM (SELECT subject_id FROM answered_request "
        "WHERE verb = 'book_series' GROUP BY subject_id HAVING count(*) > 1) twice",
        # The booking of a group's visits is told with the group, once for all its members.
        "series whose audit has not one entry of their booking": "SELECT count(*) FROM series s WHERE "
        "(SELECT count(*) FROM audit_entry e WHERE e.subject_id = s.id AND e.verb = 'book_series') <> 1 "
        "AND NOT EXISTS (SELECT 1 FROM appointment a WHERE a.series_id = s.id AND a.group_visit_id IS NOT NULL)",
        "conflicts open twice": "SELECT count(*) FROM (SELECT series_id, rule, steps FROM conflict "
        "WHERE resolved_at IS NULL GROUP BY series_id, rule, steps HAVING count(*) > 1) twice",
    }
    with db.engine.connect() as connection:
        for what, query in asked.items():
            if (found := connection.execute(text(query)).scalar_one()) != 0:
                yield f"{found} {what}"
        for verb in ONCE:
            tables = {"audit_entry": "audit entries", "answered_request": "keys"}
            counts = {
                words: connection.execute(
                    text(f"SELECT count(*) FROM {table} WHERE verb = :verb"), {"verb": verb}
                ).scalar_one()
                for table, words in tables.items()
            }
            if counts["keys"] > counts["audit entries"]:
                yield f"{verb}: {counts}"


def _not_in_the_inbox(was: Facts, clock: Clock) -> Iterator[str]:
    """Yield what refuses a booking, was not there before a fact changed, and yet nobody is told of."""
    kept = {(one.series, one.rule, frozenset(one.steps)) for one in conflicts.open_conflicts(was.site.id)}
    found = recheck(RecheckCommand(), SYSTEM, clock)
    assert isinstance(found, tuple), "the system may do everything"
    for one in refusals_of(found):
        for finding in one.findings:
            key = one.series.id, finding.rule, frozenset(finding.steps)
            if key not in kept:
                yield f"not in the inbox: series {one.series.id} {finding.rule} {finding.steps}: {finding.why}"


def _broken(clock: Clock, longer: frozenset[str]) -> Iterator[str]:
    """Yield what the rules refuse under the facts as they were, and conflicts that are open about nothing."""
    found = recheck(RecheckCommand(), SYSTEM, clock)
    assert isinstance(found, tuple), "the system may do everything"
    told = set()
    for one in found:
        told |= {(one.series.id, finding.rule, frozenset(finding.steps)) for finding in one.findings}
    for one in refusals_of(found):
        for finding in one.findings:
            if one.series.id not in longer:
                yield f"recheck: series {one.series.id} {finding.rule} {finding.steps}: {finding.why}"
    for site in {one.series.site for one in found}:
        see_conflicts(site, SYSTEM, clock)
        for kept in conflicts.open_conflicts(site):
            if (kept.series, kept.rule, frozenset(kept.steps)) not in told:
                yield f"open about nothing: series {kept.series} {kept.rule} {kept.steps}"


def _took_longer() -> frozenset[str]:
    """Return the series with a visit that took longer than planned, with all their visits: that no rule undoes."""
    query = (
        "SELECT a.series_id, v.id FROM appointment a JOIN appointment v ON v.series_id = a.series_id "
        "WHERE a.released_at > a.ends_at OR EXISTS "
        "(SELECT 1 FROM audit_entry e WHERE e.subject_id = a.id AND e.verb = 'extend_stay')"
    )
    with db.engine.connect() as connection:
        return frozenset(id for row in connection.execute(text(query)) for id in row)


def _is_about(fault: str, series: Iterable[str]) -> bool:
    return any(id in fault for id in series)


def _lost(soaked: Soaked, visits: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """Yield what was acknowledged and is not there any more."""
    kept = {visit["id"]: visit["version"] for visit in visits}
    for id, version in soaked.acknowledged.items():
        known = kept.get(id)
        if not isinstance(known, int) or known < version:
            yield f"visit {id} was acknowledged in version {version}, and is kept in {known}"


def _waiting_in_vain(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield messages that wait to be sent about visits that are called off.

    A confirmation speaks of the whole series, and news of a change is what tells that a visit is called off.
    """
    off = {
        visit["id"]
        for visit in document["appointments"]
        if visit["state"].startswith(("cancelled", "no_show", "same_day_hold"))
    }
    for one in document["reminders"]:
        if one["kind"] in ("confirmation", "change"):
            continue
        if one["state"] in ("pending", "leased") and one["appointment"] in off:
            yield f"a message waits for visit {one['appointment']}, which is called off"
