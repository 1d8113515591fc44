"""How a patient may be written to: by which ways, about what, and who recorded that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ContactWay(StrEnum):
    """The ways of writing to somebody, as the ledger of messages names them."""

    EMAIL = "email"
    SMS = "sms"


class Category(StrEnum):
    """What messages are about: what is booked and changed, or what was told before."""

    APPOINTMENTS = "appointments"
    REMINDERS = "reminders"


@dataclass(frozen=True, slots=True)
class Consent:
    """Whether a patient wants messages of one category by one way, to the address behind `recipient_hash` and no other.

    Texts need a consent that is given. E-mail needs none, and stops where it is refused. `by` is the account that recorded
    it, at the instant `at`.
    """

    patient: str
    way: ContactWay
    category: Category
    given: bool
    recipient_hash: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What is recorded of one patient: which way comes first, and the consents. Nothing recorded is e-mail alone."""

    first: ContactWay = ContactWay.EMAIL
    consents: tuple[Consent, ...] = ()

    def consent(self, way: ContactWay, category: Category, recipient_hash: str) -> Consent | None:
        """Return what was recorded about this way to this address, `None` where nothing was."""
        return next(
            (
                one
                for one in self.consents
                if (one.way, one.category, one.recipient_hash) == (way, category, recipient_hash)
            ),
            None,
        )
