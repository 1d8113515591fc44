"""The day of a visit as one table: from which state it may go on to which, who may say so, and what must hold by then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.domain.answers import AnswerWay
from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.notice import Timeliness
from scheduler.domain.treatment import StepKind

GRACE = timedelta(minutes=15)
"""How long after its start a patient who has not come is waited for; in the range of 10 to 20 minutes of clinics."""

UNDO_WITHIN = timedelta(minutes=5)
"""How long whoever pressed the wrong button may take the step back."""


class DayReason(StrEnum):
    """Why a visit did not go as planned: a choice, so that nothing clinical is written down here."""

    ATE = "ate"
    NO_DRIVER = "no_driver"
    BLOOD_PRESSURE = "blood_pressure"
    UNWELL = "unwell"
    CLINIC_CANNOT = "clinic_cannot"
    AGAINST_ADVICE = "against_advice"
    WITHOUT_A_WORD = "without_a_word"
    NOTED_ELSEWHERE = "noted_elsewhere"
    DECLINED = "declined"
    OTHER = "other"
    UNDONE = "undone"


class Condition(StrEnum):
    """What must hold before a visit may go on."""

    ITS_DAY = "its_day"
    """It is the clinic-local day of the visit."""
    GATES_SETTLED = "gates_settled"
    """No rule has an open gate for the visit, but those that were overridden."""
    NOTHING_FORBIDS = "nothing_forbids"
    """The visit breaks no rule that refuses a booking: what came up since is put right first, and nobody lets it pass."""
    GRACE_OVER = "grace_over"
    """The patient was waited for."""
    MINIMUM_REACHED = "minimum_reached"
    """The planned end is reached, or a later one where the dose began late: it is the least; letting go is a decision."""


@dataclass(frozen=True, slots=True)
class DayMove:
    """One row: visits of these kinds may go from any of these states to another.

    `by` are the roles of accounts that may say so. `reasons` are the choices where one is asked for, empty where not.
    """

    kinds: frozenset[StepKind]
    from_states: frozenset[AppointmentState]
    to: AppointmentState
    by: frozenset[str]
    conditions: frozenset[Condition] = frozenset()
    reasons: tuple[DayReason, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitEvent:
    """One change of state that took place: `at` is when, UTC; `noted_by` the account; `former` the state before.

    `reason` is `None` where none was asked for, `UNDONE` for a step that was taken back. `notice` says whether a visit was
    called off in time or late, `None` for everything else. `way` is by which way the patient said so, `None` where an
    account noted it.
    """

    site: str
    appointment: str
    former: AppointmentState
    state: AppointmentState
    at: datetime
    noted_by: str
    reason: DayReason | None = None
    notice: Timeliness | None = None
    way: AnswerWay | None = None


_A_MINUTE = timedelta(minutes=1)
_S = AppointmentState
_DOSES = frozenset({StepKind.DOSING})
_TALKS = frozenset(StepKind) - _DOSES
_TREATING = frozenset({"therapist", "nurse", "prescriber"})
_MEDICAL = frozenset({"nurse", "prescriber"})
_ANYBODY = _TREATING | {"front_desk", "administrator"}
_EXPECTED = frozenset({_S.BOOKED, _S.CONFIRMED})
DOSED = frozenset({_S.DOSING, _S.OBSERVING, _S.RECOVERING})
"""The states of visits with the patient there after the dose was begun."""
_TODAY = frozenset({Condition.ITS_DAY})
_SETTLED = _TODAY | {Condition.GATES_SETTLED, Condition.NOTHING_FORBIDS}
_HOLD_REASONS = (
    DayReason.ATE,
    DayReason.NO_DRIVER,
    DayReason.BLOOD_PRESSURE,
    DayReason.UNWELL,
    DayReason.CLINIC_CANNOT,
    DayReason.OTHER,
)
_HOLD_REASONS_OF_TALKS = (DayReason.UNWELL, DayReason.CLINIC_CANNOT, DayReason.OTHER)
GOING_ON_REASONS = (DayReason.NOTED_ELSEWHERE, DayReason.DECLINED, DayReason.OTHER)
"""Why a patient is let go although vital signs that must be looked at are not noted."""
_LEAVING_REASONS = (DayReason.AGAINST_ADVICE, DayReason.WITHOUT_A_WORD, DayReason.OTHER)

MOVES = (
    DayMove(_DOSES | _TALKS, frozenset({_S.BOOKED}), _S.CONFIRMED, _ANYBODY),
    # A visit without a dose starts with its check-in, so that everything must be settled there.
    DayMove(_DOSES, _EXPECTED, _S.CHECKED_IN, _ANYBODY, _TODAY),
    DayMove(_TALKS, _EXPECTED, _S.CHECKED_IN, _ANYBODY, _SETTLED),
    DayMove(_DOSES, frozenset({_S.CHECKED_IN}), _S.CLEARED, _MEDICAL, _SETTLED),
    # Asked again, for a gate may be put on hold between the two, and somebody may have had to leave.
    DayMove(_DOSES, frozenset({_S.CLEARED}), _S.DOSING, _MEDICAL, _SETTLED),
    DayMove(_DOSES, frozenset({_S.DOSING}), _S.OBSERVING, _MEDICAL),
    DayMove(_DOSES, frozenset({_S.OBSERVING}), _S.RECOVERING, _MEDICAL),
    DayMove(
        _DOSES,
        frozenset({_S.RECOVERING}),
        _S.DISCHARGED,
        _MEDICAL,
        frozenset({Condition.MINIMUM_REACHED}),
    ),
    DayMove(_TALKS, frozenset({_S.CHECKED_IN}), _S.DISCHARGED, _ANYBODY),
    DayMove(_DOSES | _TALKS, frozenset({_S.DISCHARGED}), _S.CLOSED, _ANYBODY),
    DayMove(
        _DOSES,
        _EXPECTED | {_S.CHECKED_IN, _S.CLEARED},
        _S.SAME_DAY_HOLD,
        _ANYBODY,
        _TODAY,
        _HOLD_REASONS,
    ),
    DayMove(
        _TALKS,
        _EXPECTED | {_S.CHECKED_IN},
        _S.SAME_DAY_HOLD,
        _ANYBODY,
        _TODAY,
        _HOLD_REASONS_OF_TALKS,
    ),
    DayMove(_DOSES | _TALKS, _EXPECTED, _S.NO_SHOW, _ANYBODY, frozenset({Condition.GRACE_OVER})),
    DayMove(_DOSES, DOSED, _S.LEFT_BEFORE_RELEASE, _TREATING, reasons=_LEAVING_REASONS),
)
"""Every move there is; what is not in the table does not happen."""

SIDE_EXITS = frozenset({_S.SAME_DAY_HOLD, _S.NO_SHOW, _S.LEFT_BEFORE_RELEASE})
"""Where a visit ends otherwise than planned."""

HOLDS_NEXT_DOSE = frozenset({_S.NO_SHOW, _S.LEFT_BEFORE_RELEASE})
"""After these a prescriber decides before another dose is given."""

_PHASE_OF = {_S.OBSERVING: "observation", _S.RECOVERING: "recovery"}

PATH = (
    _S.BOOKED,
    _S.CONFIRMED,
    _S.CHECKED_IN,
    _S.CLEARED,
    _S.DOSING,
    _S.OBSERVING,
    _S.RECOVERING,
    _S.DISCHARGED,
    _S.CLOSED,
)
"""The states of a visit that goes as planned, in order."""

_WITH_A_DOSE_ONLY = frozenset({_S.CLEARED, _S.DOSING, _S.OBSERVING, _S.RECOVERING})


def moves_from(visit: Appointment) -> Iterator[DayMove]:
    """Yield the moves that the table has for a visit as it stands, whoever asks; the next step of its path first."""
    skipped = _skipped(visit)
    standing = _as_good_as(visit.state, skipped)
    for move in MOVES:
        if visit.kind in move.kinds and move.from_states & standing and move.to not in skipped:
            yield move


def path_of(visit: Appointment) -> tuple[AppointmentState, ...]:
    """Return the states that a visit goes through when it goes as planned; without a dose it skips the middle ones."""
    skipped = _skipped(visit)
    return tuple(state for state in PATH if state not in skipped)


def _skipped(visit: Appointment) -> frozenset[AppointmentState]:
    if visit.kind is not StepKind.DOSING:
        return _WITH_A_DOSE_ONLY
    return frozenset(state for state, phase in _PHASE_OF.items() if visit.phase(phase) is None)


def _as_good_as(state: AppointmentState, skipped: frozenset[AppointmentState]) -> frozenset[AppointmentState]:
    """Return the state with those after it that are skipped: where nobody recovers, observed is as good as recovered."""
    found = {state}
    if state in PATH:
        for later in PATH[PATH.index(state) + 1 :]:
            if later not in skipped:
                break
            found.add(later)
    return frozenset(found)


def earliest_release(visit: Appointment, dosed_at: datetime | None) -> datetime:
    """Return when the patient may be let go at the earliest, UTC; `dosed_at` is when the dose was really begun, if it was.

    The planned end, or later by as many whole minutes as the dose began late: what comes after it is never cut short.
    """
    given = visit.phase("administration")
    if dosed_at is None or given is None or dosed_at <= given.start:
        return visit.discharge
    return visit.discharge - ((given.start - dosed_at) // _A_MINUTE) * _A_MINUTE
