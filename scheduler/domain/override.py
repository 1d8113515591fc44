"""An override: somebody let one rule pass for one visit, with a reason, until it expires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Override:
    """One rule let pass for one visit by an account in a role; it never reaches another rule or another visit.

    `reason` is in the words of whoever made it, and holds no clinical details. `expires_at` is the first instant at
    which it does not hold any more, UTC; `withdrawn_at` is when somebody took it back, `None` when nobody did.
    """

    id: str
    site: str
    appointment: str
    rule: str
    reason: str
    made_by: str
    role: str
    made_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None = None

    def holds_at(self, instant: datetime) -> bool:
        """Say whether it was not taken back and has not expired by this instant."""
        return self.withdrawn_at is None and instant < self.expires_at
