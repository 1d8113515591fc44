"""E-mail that comes back: delivery reports (RFC 3464) are read, and the message that each is about is found by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from enum import StrEnum
from itertools import islice
from types import MappingProxyType

from scheduler.store.returned import note_delayed, note_returned
from scheduler.store.work import unit_of_work

_MOST_PARTS = 50
_ORIGINAL = frozenset(
    {
        "message/rfc822",
        "message/global",
        "text/rfc822-headers",
        "message/rfc822-headers",
        "message/global-headers",
    }
)
_REPORTED = frozenset({"message/delivery-status", "message/global-delivery-status"})
_NAME = re.compile(r"<([0-9a-f]{32})@[^<>\s]+>")
_CODE = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")

_NO_MAILBOX = "there is no such mailbox; ask the patient for another e-mail address"
_NO_HOST = "the address belongs to nobody who takes mail; ask the patient for another one"
_BY_CODE: Mapping[str, str] = MappingProxyType(
    {
        "1.1": _NO_MAILBOX,
        "1.0": _NO_MAILBOX,
        "1.6": _NO_MAILBOX,
        "1.10": _NO_HOST,
        "1.2": _NO_HOST,
        "4.4": _NO_HOST,
        "2.1": "the mailbox is switched off; ask the patient for another e-mail address",
        "2.2": "the mailbox is full; call the patient",
    }
)
_BY_CLASS: Mapping[str, str] = MappingProxyType(
    {
        "1": "the address is of no use; ask the patient for another one",
        "2": "the mailbox does not take it; call the patient",
        "4": "the patient's mail server could not be reached; call the patient",
        "7": "the patient's mail server does not want mail from us; call the patient, and have SPF and DKIM looked at",
    }
)
"""RFC 3463: what the second and third numbers of a status mean, and where that says nothing, the second."""


class Returned(StrEnum):
    """What became of a delivery report."""

    RETURNED = "returned"
    DELAYED = "delayed"
    UNKNOWN = "report_of_another"
    NO_NEWS = "report_without_news"


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery report: of which message, by our name of it (empty where it names none), and what it says.

    `outcome` is `RETURNED` for good, `DELAYED` while it is tried further, or `NO_NEWS`. `problem` is for the front desk.
    """

    reference: str
    outcome: Returned
    problem: str


def take_report(report: Report) -> Returned:
    """Note in the ledger what a report says of a message of ours; however often it comes.

    What came back for good goes by the patient's next way at the next pass, while it is of use, as what was refused at once.
    """
    match report.outcome:
        case Returned.RETURNED if report.reference:
            with unit_of_work():
                return (
                    Returned.RETURNED if note_returned(report.reference, report.problem) else Returned.UNKNOWN
                )
        case Returned.DELAYED if report.reference:
            with unit_of_work():
                return (
                    Returned.DELAYED if note_delayed(report.reference, report.problem) else Returned.UNKNOWN
                )
        case Returned.NO_NEWS:
            return Returned.NO_NEWS
    return Returned.UNKNOWN


def report_in(letter: bytes) -> Report | None:
    """Return the delivery report that a message is, `None` for every other and for one that cannot be read."""
    try:
        message = message_from_bytes(letter, policy=policy.default)
        if message.get_content_type() != "multipart/report":
            return None
        parts = list(islice(message.walk(), _MOST_PARTS))
        reported = next((part for part in parts if part.get_content_type() in _REPORTED), None)
        if reported is None:
            return None
        outcome, code = _said(list(_recipients(reported)))
        return Report(_reference(message, parts), outcome, _problem(outcome, code))
    except Exception:  # what strangers send ends in many kinds of errors of the library
        return None


def _recipients(reported: Message) -> Iterator[tuple[str, str]]:
    """Yield of each recipient what was done and the status, each empty where it is not told; the first group has neither."""
    groups = reported.get_payload()
    for group in groups if isinstance(groups, list) else []:
        if isinstance(group, Message) and (group["Action"] or group["Status"]):
            found = _CODE.search(str(group["Status"] or ""))
            action = str(group["Action"] or "").partition(";")[0].strip().lower()
            yield action, found.group(0) if found else ""


def _said(recipients: list[tuple[str, str]]) -> tuple[Returned, str]:
    """Return what a report says of a message to one person; where it was passed on to several, one who got it is enough."""
    done = [(_outcome(action, code), code) for action, code in recipients]
    if done and all(outcome is Returned.RETURNED for outcome, _ in done):
        return done[0]
    return next((one for one in done if one[0] is Returned.DELAYED), (Returned.NO_NEWS, ""))


def _outcome(action: str, code: str) -> Returned:
    # RFC 3464 section 2.3.3: what failed is not tried further, also where the status is that of something that may pass.
    if action == "failed" or (not action and code.startswith("5")):
        return Returned.RETURNED
    if action == "delayed" or (not action and code.startswith("4")):
        return Returned.DELAYED
    return Returned.NO_NEWS


def _problem(outcome: Returned, code: str) -> str:
    _, _, detail = code.partition(".")
    words = (
        _BY_CODE.get(detail)
        or _BY_CLASS.get(detail.partition(".")[0])
        or "the patient's mail server gave it back"
    )
    numbers = f" ({code})" if code else ""
    if outcome is Returned.DELAYED:
        return f"not delivered yet; the mail servers try further{numbers}"
    return f"the message came back: {words}{numbers}"


def _reference(message: EmailMessage, parts: Sequence[Message]) -> str:
    """Return our name of the message that a report is about: from what is returned of it, else from what it answers."""
    for part in parts:
        if part.get_content_type() in _ORIGINAL and (found := _NAME.search(_name_in(part))):
            return found.group(1)
    for header in ("In-Reply-To", "References"):
        if found := _NAME.search(str(message[header] or "")):
            return found.group(1)
    return ""


def _name_in(part: Message) -> str:
    """Return the Message-ID of what is returned, whole or its headers alone."""
    inner = part.get_payload()
    if isinstance(inner, list):
        return " ".join(str(one["Message-ID"] or "") for one in inner[:1] if isinstance(one, Message))
    content = part.get_payload(decode=True)
    headers = message_from_bytes(content) if isinstance(content, bytes) else None
    return "" if headers is None else str(headers["Message-ID"] or "")
