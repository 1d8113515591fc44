"""What can be wrong with a value, and the named errors that floors above turn into answers."""

from __future__ import annotations

from dataclasses import dataclass


class TrellisError(Exception):
    """A failure with a sentence that a person can act on."""


class InvalidValue(TrellisError):
    """A value that cannot exist: the sentence says what is wrong and how to mend it."""


class NotFound(TrellisError):
    """Something named by its id is not there."""


class Conflict(TrellisError):
    """A race was lost: somebody else took what was wanted between the look and the write.

    Raised where the database's own constraint fires, or where a version no longer matches.
    """


class StoreNotReady(TrellisError):
    """The database cannot be reached or its migrations are not current; the sentence says the command that mends it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input document.

    `path` names the place in the document, such as `staff[2].credentials[0].valid_until`;
    `problem` says what is wrong; `mend` says what would be right.
    """

    path: str
    problem: str
    mend: str = ""

    def sentence(self) -> str:
        """Return the fault as one line."""
        return f"{self.path}: {self.problem}" + (f" ({self.mend})" if self.mend else "")


class FaultyDocument(TrellisError):
    """An input document with one or more faults; nothing of it was taken."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.sentence() for fault in faults))
