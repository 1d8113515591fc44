"""Override a rule: the role that the rule names lets it pass for one visit, with a reason, until it expires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from scheduler.access.permissions import AccountRole, Actor, Permission, may
from scheduler.booking.acts import Act
from scheduler.booking.judging import findings_now
from scheduler.booking.one_visit import against, done_once
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.booking.state_names import account_role_name, visit_state_name
from scheduler.domain.appointment import CALLED_OFF, HAS_BEEN_CLEARED, Appointment
from scheduler.domain.clock import Clock
from scheduler.domain.interval import as_utc
from scheduler.domain.override import Override
from scheduler.domain.telling import told, told_moment
from scheduler.rules.catalogue import CATALOGUE, Rule
from scheduler.rules.finding import Finding, Level
from scheduler.store import clinic, overrides
from scheduler.store import series as stored
from scheduler.store.audit import AuditEntry, record

VERB = "override_rule"

LONGEST_REASON = 200
"""Characters. A reason is a sentence, not a note: what is clinical belongs into the patient's record."""

LONGEST_LIFE = timedelta(days=180)
"""An override is for one visit, and visits are booked for some weeks ahead."""


@dataclass(frozen=True, slots=True)
class OverrideRule:
    """Let a rule pass for one visit; `expires` is the first instant at which it holds no more, or whole days from now.

    `reason` has 1 to 200 characters on one line, and no clinical details. A request repeated with the same
    `idempotency_key` makes nothing new.
    """

    appointment: str
    rule: str
    reason: str
    expires: datetime | int
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class RuleOverridden:
    """The override as it is kept."""

    override: Override


def may_override(actor: Actor, role: str | None) -> bool:
    """Say whether an actor is who a rule names; `None` is nobody."""
    return role is not None and may(actor, Permission.OVERRIDE_RULE) and actor.role.value == role


def override_rule(command: OverrideRule, actor: Actor, clock: Clock) -> RuleOverridden | Refused | NotAllowed:
    """Let a GATE pass for one visit and one rule, or say why that cannot be; a BLOCK is never let pass."""
    if not may(actor, Permission.OVERRIDE_RULE):
        return NotAllowed(Permission.OVERRIDE_RULE)
    if all(one.id != command.rule for one in CATALOGUE):
        why = told("There is no rule '%(rule)s'.", rule=command.rule)
        return Refused(
            reasons=(nonsense("unknown_rule", why, told("Choose one that is open for the visit.")),)
        )
    act = Act(VERB, Permission.OVERRIDE_RULE, command, actor, clock.now())
    return done_once(act, _overridden, lambda _, earlier: RuleOverridden(overrides.override(earlier)))


def _overridden(act: Act[OverrideRule], visit: Appointment) -> RuleOverridden | Refused:
    made = let_pass(act.command, visit, act.actor, act.now)
    if isinstance(made, Refused):
        return made
    act.note_answer(made)
    return RuleOverridden(made)


def let_pass(command: OverrideRule, visit: Appointment, actor: Actor, now: datetime) -> Override | Refused:
    """Let a rule pass for a visit within the unit of work of a request that may, or say why that cannot be."""
    rule = next(one for one in CATALOGUE if one.id == command.rule)
    made = _made(command, visit, actor, now)
    refused = _against_role(rule, visit, actor) or _against_words(made, visit) or _needless(made, visit, now)
    if refused is not None:
        return refused
    overrides.save_override(made)
    record(_entry(made, actor, now))
    return made


def _made(command: OverrideRule, visit: Appointment, actor: Actor, now: datetime) -> Override:
    expires = command.expires
    return Override(
        id=uuid4().hex,
        site=visit.site,
        appointment=visit.id,
        rule=command.rule,
        reason=" ".join(command.reason.split()),
        made_by=actor.id,
        role=actor.role.value,
        made_at=now,
        expires_at=as_utc(expires) if isinstance(expires, datetime) else now + timedelta(days=expires),
    )


def _against_role(rule: Rule, visit: Appointment, actor: Actor) -> Refused | None:
    if rule.level is not Level.GATE or rule.override_role is None:
        why = told("%(id)s (%(title)s) can never be overridden.", id=rule.id, title=told(rule.title))
        return against("never_overridden", why, told("Mend what it finds, or change the protocol."), visit)
    if not may_override(actor, rule.override_role):
        named = account_role_name(AccountRole(rule.override_role))
        why = told(
            "%(id)s may be overridden by the %(named)s alone, and this account is for the %(role)s.",
            id=rule.id,
            named=named,
            role=account_role_name(actor.role),
        )
        return against("not_the_role", why, told("Ask the %(named)s.", named=named), visit)
    return None


def _against_words(made: Override, visit: Appointment) -> Refused | None:
    """Say what is wrong with reason and expiry."""
    zone = clinic.site(visit.site).zone
    if not 1 <= len(made.reason) <= LONGEST_REASON:
        why = told(
            "The reason has %(number)s characters; 1 to %(longest_reason)s are kept.",
            number=len(made.reason),
            longest_reason=LONGEST_REASON,
        )
        return against("reason_length", why, told("Give the reason in one sentence."), visit)
    last = made.made_at + LONGEST_LIFE
    if not made.made_at < made.expires_at <= last:
        why = told("An override expires after now and by %(time)s.", time=told_moment(last, zone))
        return against("expiry", why, told("Choose another expiry."), visit)
    if not made.holds_at(visit.start):
        why = told(
            "It would expire at %(time)s, and %(step)s starts at %(start)s.",
            time=told_moment(made.expires_at, zone),
            step=visit.step,
            start=told_moment(visit.start, zone),
        )
        return against("expires_before", why, told("Choose an expiry after the start of the visit."), visit)
    return None


def _needless(made: Override, visit: Appointment, now: datetime) -> Refused | None:
    """Say why there is nothing to let pass for the visit."""
    if visit.state in CALLED_OFF | HAS_BEEN_CLEARED:
        why = told(
            "%(step)s is %(state)s, and waits for nothing.",
            step=visit.step,
            state=visit_state_name(visit.state),
        )
        return against(
            "waits_for_nothing", why, told("Only visits that have not started can be let pass."), visit
        )
    found = findings_now(stored.series(visit.series), now) if visit.series else ()
    about = [one for one in found if one.rule == made.rule and visit.id in one.appointments]
    if any(one.gated == visit.id and one.level is Level.GATE for one in about):
        return None
    return _nothing_open(made, visit, about)


def _nothing_open(made: Override, visit: Appointment, about: list[Finding]) -> Refused:
    if any(one.override is not None and one.gated == visit.id for one in about):
        why = told("%(rule)s was let pass for %(step)s already.", rule=made.rule, step=visit.step)
        return against("overridden_already", why, told("Withdraw that override first to change it."), visit)
    if about:
        later = about[0].steps[-1]
        why = told(
            "By %(rule)s it is not %(step)s that waits but %(later)s.",
            rule=made.rule,
            step=visit.step,
            later=later,
        )
        return against("another_visit", why, told("Override it for %(later)s.", later=later), visit)
    why = told("%(rule)s has nothing against %(step)s.", rule=made.rule, step=visit.step)
    return against("nothing_open", why, told("Nothing needs to be done."), visit)


def _entry(made: Override, actor: Actor, now: datetime) -> AuditEntry:
    # The reason is free text and stays in the override, which can be erased with the visit it belongs to.
    details = {"rule": made.rule, "override": made.id, "expires_at": made.expires_at.isoformat()}
    return AuditEntry(now, actor.id, VERB, "appointment", made.appointment, details, made.site)
