"""What a rule answers: a breach in the check function's words, and the finding that everybody outside is shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scheduler.domain.appointment import Appointment
from scheduler.domain.override import Override


class Level(StrEnum):
    """How much a finding weighs, the heaviest first."""

    BLOCK = "block"
    """The booking cannot be saved; found of one that is saved, the visit may not start."""
    GATE = "gate"
    """It can be booked, but the visit may not start until this is settled, or overridden by the role the rule names."""
    WARN = "warn"
    """It is shown to staff and stops nobody."""
    INFO = "info"
    """It is good to know."""


WEIGHT = {level: weight for weight, level in enumerate(Level)}
"""The order in which findings are shown: 0 first."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One place where a rule does not hold: the visits it touches, why in numbers and local time, and what mends it.

    `missing` are the keys of steps without a visit that it is about; `gate` the decision that is asked for, if any.
    """

    visits: tuple[Appointment, ...]
    why: str
    mend: str
    missing: tuple[str, ...] = ()
    gate: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of one rule.

    `appointments` are the ids of the visits of this series that it touches, step keys for a proposal; `steps` are
    their step keys, each once, and those of visits that are missing. `why` and `mend` may name staff and rooms, never
    the patient. `override_role` may let the visit start in spite of a GATE, `None` when nobody may. `gated` is
    the visit that may not start because of a BLOCK or a GATE, the last of those it touches; `None` for findings that
    touch none and for those that stop nobody.
    `gate` is the decision that a rule about one asks for. `override` is by what a GATE was let pass, told as an INFO then;
    `let_pass` are the words of `why` that tell of it.
    """

    rule: str
    level: Level
    title: str
    appointments: tuple[str, ...]
    steps: tuple[str, ...]
    why: str
    mend: str
    override_role: str | None
    gated: str | None = None
    gate: str | None = None
    override: Override | None = None
    let_pass: str = ""

    @property
    def facts(self) -> str:
        """Return why it is found, without the words about an override: the same while nothing about it changes."""
        return self.why.removesuffix(self.let_pass) if self.let_pass else self.why
