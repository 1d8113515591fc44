"""The words that nothing sent to a patient may contain, and the walk over every byte that looks for them."""

from __future__ import annotations

from collections.abc import Iterable

TELL_TALE = (
    "ketamine",
    "esketamine",
    "spravato",
    "infusion",
    "intravenous",
    "intramuscular",
    "injection",
    "lozenge",
    "dosing",
    "dose",
    "drug",
    "medicine",
    "medication",
    "treatment",
    "therap",
    "psych",
    "kap",
    "mental",
    "depress",
    "integration",
    "preparation",
    "induction",
    "screening",
    "review",
    "recovery",
    "prescriber",
    "nurse",
    "doctor",
    "clinic",
    "patient",
    "series",
    "protocol",
    "session",
)


def assert_gives_nothing_away(content: bytes, names: Iterable[str] = ()) -> None:
    """Fail when the content holds a tell-tale word or one of these names, whatever their case, folded lines joined."""
    text = content.replace(b"\r\n ", b"").replace(b"=\n", b"").decode().casefold()
    found = [word for word in (*TELL_TALE, *(name.casefold() for name in names)) if word in text]
    assert not found, f"tell-tale words {found} in: {text}"
