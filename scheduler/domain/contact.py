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
    """Whether a patient wants messages of one category by one way; a consent is to the address behind `recipient_hash`.

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
        """Return what was recorded about this way to this address, `None` where nothing was.

        A refusal holds for every address: who wants no such e-mail wants none at another address either.
        """
        return next(
            (
                one
                for one in self.consents
                if (one.way, one.category) == (way, category)
                and (not one.given or one.recipient_hash == recipient_hash)
            ),
            None,
        )


@dataclass(frozen=True, slots=True)
class ToldContact:
    """What a clinic file tells of how a patient is written to.

    `first` is `None` where it does not say; `opted_out_since` is since when the phone number takes no texts, `None` where it
    does. What is recorded here stays where it is newer.
    """

    patient: str
    site: str
    first: ContactWay | None = None
    consents: tuple[Consent, ...] = ()
    number_hash: str = ""
    opted_out_since: datetime | None = None
