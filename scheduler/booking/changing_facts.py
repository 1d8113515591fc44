"""The lines that every change of a site's facts shares: what would it break, and is it made with that in the inbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from scheduler.access.permissions import Actor
from scheduler.booking.claims_anew import claim_anew, whose_share_differs, with_claims_anew
from scheduler.booking.freed_by_facts import note_what_is_given_back
from scheduler.booking.holds import let_lapse
from scheduler.booking.inbox import known_already, let_go, take_in
from scheduler.booking.judging import SeriesFindings, findings_in, standing_at
from scheduler.booking.once import answered_before, note_answer
from scheduler.booking.outcomes import Refused
from scheduler.booking.request import nonsense
from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import capacity_of
from scheduler.domain.errors import InvalidValue, NotFound
from scheduler.domain.facts import FactChange, Facts
from scheduler.domain.site_settings import differences
from scheduler.planner.proposal import Reason
from scheduler.rules.finding import Finding, Level
from scheduler.store.audit import AuditEntry, record
from scheduler.store.conflicts import Resolution
from scheduler.store.ledger import beyond_capacity
from scheduler.store.locks import lock
from scheduler.store.site_facts import facts_of, save_facts
from scheduler.store.work import unit_of_work

Change = TypeVar("Change", bound=FactChange, covariant=True)


@dataclass(frozen=True)
class ChangeOfFacts(Generic[Change]):
    """A change at a site. `seen` are the ids of the visits that it was said to break, `None` when nobody has looked.

    A request repeated with the same `idempotency_key` changes nothing again.
    """

    site: str
    change: Change
    seen: frozenset[str] | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Consequences:
    """What a change would break that is kept now, by series, the most urgent first: findings of BLOCK and GATE alone.

    `judged` are all series that it may touch, with all that the rules would say about them; `anew` the visits that would
    claim otherwise.
    """

    before: Facts
    after: Facts
    broken: tuple[SeriesFindings, ...]
    judged: tuple[SeriesFindings, ...] = ()
    anew: tuple[Appointment, ...] = ()

    @property
    def visits(self) -> tuple[Appointment, ...]:
        """The visits that would be broken, each once, by start."""
        touched = [
            visit
            for one in self.broken
            for visit in one.series.standing
            if any(visit.id in finding.appointments for finding in one.findings)
        ]
        return tuple(sorted(touched, key=lambda visit: (visit.start, visit.id)))


@dataclass(frozen=True)
class FactsChanged:
    """The facts as they are now, and what that broke; `consequences` is `None` where an earlier request did it.

    `conflicts` and `resolved` say how many came into the inbox and how many left it.
    """

    facts: Facts
    consequences: Consequences | None = None
    conflicts: int = 0
    resolved: int = 0


def consequences_of(wanted: ChangeOfFacts[FactChange], now: datetime) -> Consequences | Refused:
    """Return what a change would break, within the transaction of the request, or why it cannot be made at all."""
    try:
        before = facts_of(wanted.site)
        after = wanted.change.made_to(before)
    except (InvalidValue, NotFound) as problem:
        why = f"This cannot be changed so: {problem}."
        return Refused(reasons=(nonsense("no_sense", why, "Look at what is known now, and enter it again."),))
    if reasons := tuple(_against_capacity(before, after)):
        return Refused(reasons=reasons)
    judged, broken, anew = [], [], []
    people = whose_share_differs(before, after)
    for series, diary in standing_at(wanted.site, now, wanted.change.during(before.site.zone)):
        then = with_claims_anew(series, people, after, now) if people else series
        anew += [
            new for new, old in zip(then.appointments, series.appointments, strict=True) if new is not old
        ]
        found = findings_in(diary.under(after), then)
        judged.append(SeriesFindings(series, found))
        if new := newly_broken(findings_in(diary.under(before), series), found):
            broken.append(SeriesFindings(series, new))
    broken.sort(key=_urgency)
    return Consequences(before, after, tuple(broken), tuple(judged), tuple(anew))


def newly_broken(
    before: Iterable[Finding],
    after: Iterable[Finding],
    levels: Container[Level] = frozenset({Level.BLOCK, Level.GATE}),
) -> tuple[Finding, ...]:
    """Return what is found after a change and was not before, of these levels, in the order given.

    Left out, they are those that refuse or stop a visit. Two findings are the same when rule and visits are: the words may
    tell a longer time.
    """
    known = Counter((one.rule, one.appointments) for one in before)
    new = []
    for one in after:
        key = one.rule, one.appointments
        if one.level not in levels:
            continue
        if known[key]:
            known[key] -= 1
        else:
            new.append(one)
    return tuple(new)


def change_facts(
    wanted: ChangeOfFacts[FactChange], verb: str, actor: Actor, now: datetime
) -> FactsChanged | Refused:
    """Make a change in one commit: the facts, a conflict for each rule newly broken, and the audit entry."""
    with unit_of_work():
        lock([wanted.site], [])
        earlier = answered_before(verb, wanted, wanted.idempotency_key)
        if isinstance(earlier, Refused):
            return earlier
        if earlier is not None:
            return FactsChanged(facts_of(wanted.site))
        let_lapse(wanted.site, now)
        found = consequences_of(wanted, now)
        if isinstance(found, Refused):
            return found
        if (refusal := _against_what_was_seen(wanted, found)) is not None:
            return refusal
        save_facts(found.before, found.after)
        note_what_is_given_back(wanted.change, found.after, now)
        claim_anew(found.anew)
        new, gone = bring_up_to_date(found, wanted.change.word, now)
        kind, id = wanted.change.subject
        details = {
            "change": wanted.change.word,
            "visits_broken": len(found.visits),
            "conflicts": new,
            "resolved": gone,
            **differences(found.before.site, found.after.site),
        }
        record(AuditEntry(now, actor.id, verb, kind, id, details, wanted.site))
        note_answer(verb, wanted, wanted.idempotency_key, _Subject(id, wanted.site), now)
        return FactsChanged(found.after, found, new, gone)


def bring_up_to_date(found: Consequences, cause: str, now: datetime) -> tuple[int, int]:
    """Let the inbox say what holds after a change; return how many conflicts came and how many left."""
    new = take_in(found.broken, cause, now)
    gone = let_go(found.judged, Resolution.ELSEWHERE, now)
    take_in(known_already(found.judged), cause, now)
    return len(new), len(gone)


@dataclass(frozen=True, slots=True)
class _Subject:
    id: str
    site: str


def _urgency(one: SeriesFindings) -> tuple[object, ...]:
    touched = {id for finding in one.findings for id in finding.appointments}
    return min(
        visit.start for visit in one.series.standing if not touched or visit.id in touched
    ), one.series.id


def _against_capacity(before: Facts, after: Facts) -> Iterator[Reason]:
    """Yield where the ledger would refuse: somebody is claimed for more at once than they would be allowed."""
    for person in after.staff.values():
        if person != before.staff[person.id]:
            for sentence in beyond_capacity(person.id, capacity_of(person)):
                why = f"{person.name} is needed by more patients at once than that. {sentence}"
                yield nonsense("capacity_taken", why, "")


def _against_what_was_seen(wanted: ChangeOfFacts[FactChange], found: Consequences) -> Refused | None:
    if wanted.seen is None or wanted.seen >= {visit.id for visit in found.visits}:
        return None
    why = "It would break other visits than those that were looked at."
    return Refused(
        reasons=(nonsense("changed_meanwhile", why, "Look at the visits that it would break now."),),
        race_lost=True,
    )
