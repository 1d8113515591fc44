"""Accept a conflict as it is, with a reason: a gate by the role that its rule names, a warning at the front desk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.acts import Act
from scheduler.booking.calling_off import locked_series
from scheduler.booking.inbox import judged_anew, key_of
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.override_rule import LONGEST_REASON, OverrideRule, let_pass, may_override
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock
from scheduler.domain.errors import NotFound
from scheduler.domain.series import Series
from scheduler.domain.telling import told
from scheduler.rules.catalogue import CATALOGUE
from scheduler.rules.finding import Finding, Level
from scheduler.store import conflicts, overrides
from scheduler.store.audit import AuditEntry, record
from scheduler.store.conflicts import Acceptance, VisitConflict
from scheduler.store.work import unit_of_work

VERB = "accept_conflict"


@dataclass(frozen=True, slots=True)
class AcceptConflict:
    """Accept the conflict with this id. `reason` has 1 to 200 characters on one line, and no clinical details.

    `seen` is why it was found, as it was looked at; `None` when nobody says. A request repeated with the same
    `idempotency_key` accepts nothing again.
    """

    conflict: str
    reason: str
    seen: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class ConflictAccepted:
    """The conflict as it is kept."""

    conflict: VisitConflict


def may_accept(actor: Actor, conflict: VisitConflict) -> bool:
    """Say whether an actor is who may accept a conflict that is open: of a gate the role that its rule names."""
    if conflict.level is Level.GATE:
        named = next((one.override_role for one in CATALOGUE if one.id == conflict.rule), None)
        return may(actor, Permission.ACCEPT_CONFLICT) and may_override(actor, named)
    return conflict.level is not Level.BLOCK and may(actor, Permission.ACCEPT_CONFLICT)


def accept_conflict(
    command: AcceptConflict, actor: Actor, clock: Clock
) -> ConflictAccepted | Refused | NotAllowed:
    """Take a conflict out of the open list, or say why that cannot be; it comes back when its facts change."""
    if not may(actor, Permission.ACCEPT_CONFLICT):
        return NotAllowed(Permission.ACCEPT_CONFLICT)
    act = Act(VERB, Permission.ACCEPT_CONFLICT, command, actor, clock.now())
    return retried(lambda: _attempt(act))


def _attempt(act: Act[AcceptConflict]) -> ConflictAccepted | Refused | NotAllowed:
    with unit_of_work():
        try:
            seen = conflicts.conflict(act.command.conflict)
        except NotFound:
            why = told("There is no conflict '%(conflict)s'.", conflict=act.command.conflict)
            return _refused("unknown_conflict", why, told("Choose one from the inbox."))
        if not act.may_at(seen.site):
            return act.not_allowed
        series = locked_series(seen.series)
        # Read again within the lock: somebody may have resolved or accepted it meanwhile.
        found = conflicts.conflict(seen.id)
        return act.once(
            seen.site, do=lambda: _accepted(act, found, series), again=lambda _: ConflictAccepted(found)
        )


def _accepted(act: Act[AcceptConflict], found: VisitConflict, series: Series) -> ConflictAccepted | Refused:
    accepted = _as_accepted(act, found, series)
    if isinstance(accepted, Refused):
        return accepted
    conflicts.rewrite(accepted)
    act.note_answer(accepted)
    # The reason is free text and stays with the conflict.
    details = {"rule": found.rule, "steps": list(found.steps), "conflict": found.id}
    record(AuditEntry(act.now, act.actor.id, VERB, "series", series.id, details, series.site))
    return ConflictAccepted(accepted)


def _as_accepted(act: Act[AcceptConflict], found: VisitConflict, series: Series) -> VisitConflict | Refused:
    """Return the conflict as it is accepted; a gate is let pass with it."""
    command, actor, now = act.command, act.actor, act.now
    (judged,) = judged_anew([series.id], now)
    about = [one for one in judged.findings if key_of(one) == found.key]
    told = "; ".join(dict.fromkeys(one.facts for one in about))
    reason = " ".join(command.reason.split())
    refused = _against(command, replace(found, why=told), reason) if about else _resolved()
    if refused is None and found.level is Level.GATE:
        refused = _by_override(about[0], reason, series, actor, now)
    if refused is not None:
        return refused
    return replace(found, why=told, acceptance=Acceptance(actor.id, now, reason))


def _against(command: AcceptConflict, found: VisitConflict, reason: str) -> Refused | None:
    if found.resolved_at is not None:
        return _resolved()
    if found.acceptance is not None:
        return _refused(
            "accepted_already", told("This conflict is accepted already."), told("Nothing needs to be done.")
        )
    if found.level is Level.BLOCK:
        why = told("What %(rule)s finds can never be accepted.", rule=found.rule)
        return _refused("never_accepted", why, told("Take one of the ways to mend it, or cancel the visit."))
    if not 1 <= len(reason) <= LONGEST_REASON:
        why = told(
            "The reason has %(number)s characters; 1 to %(longest_reason)s are kept.",
            number=len(reason),
            longest_reason=LONGEST_REASON,
        )
        return _refused("reason_length", why, told("Give the reason in one sentence."))
    if command.seen not in (None, found.why):
        why = told("It is not any more as it was looked at.")
        refused = _refused("changed_meanwhile", why, told("Look at it as it is now."))
        return replace(refused, race_lost=True)
    return None


def _by_override(
    finding: Finding, reason: str, series: Series, actor: Actor, now: datetime
) -> Refused | None:
    """Let a gate pass for the visit that waits, until that is over; one that was let pass before is decided anew."""
    visit = next((one for one in series.standing if one.id == finding.gated), None)
    if visit is None:
        return _resolved()
    wanted = OverrideRule(visit.id, finding.rule, reason, visit.discharge)
    made = let_pass(wanted, visit, actor, now)
    if finding.override is not None and isinstance(made, Refused) and _is_let_pass(made):
        overrides.mark_withdrawn(finding.override.id, now)
        made = let_pass(wanted, visit, actor, now)
    return made if isinstance(made, Refused) else None


def _is_let_pass(refused: Refused) -> bool:
    """Say whether nothing else is against it than that it was let pass before."""
    return [one.code for one in refused.reasons] == ["overridden_already"]


def _resolved() -> Refused:
    return _refused(
        "resolved_already", told("This conflict is resolved already."), told("Nothing needs to be done.")
    )


def _refused(code: str, why: str, mend: str) -> Refused:
    return Refused(reasons=(nonsense(code, why, mend),))
