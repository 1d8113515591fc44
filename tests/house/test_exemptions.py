"""No test is left out and no check is switched off without a reason beside it."""

from __future__ import annotations

import io
import re
import tokenize

import pytest

from tests.house.building import CODE, modules

EXEMPTION = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:\s*no cover|fmt:\s*(off|on|skip))", re.IGNORECASE)
# The marker with its codes; the reason is what is left.
MARKER = re.compile(
    r"#\s*(noqa(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)?|type:\s*ignore(\[[^\]]*\])?|pragma:\s*no cover|fmt:\s*\w+)",
    re.IGNORECASE,
)
LEAVING_OUT = re.compile(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)$")
SHORTEST_REASON = 12


def test_every_exemption_has_its_reason_beside_it() -> None:
    without = [
        f"{module.name}:{line}"
        for module in modules(*CODE)
        for line, reason in _exemptions(module.text)
        if len(reason) < SHORTEST_REASON
    ]
    assert not without


def test_every_test_left_out_says_why() -> None:
    without = [
        f"{module.name}:{call.lineno} {name}"
        for module in modules("tests")
        for name, call in module.calls()
        if LEAVING_OUT.match(name) and not any(keyword.arg == "reason" for keyword in call.keywords)
    ]
    assert not without


@pytest.mark.parametrize(
    ("code", "reasons"),
    [
        ("x = 1  # noqa: S608\n", [""]),
        ("x = 1  # noqa: S608 - built from our own names\n", ["built from our own names"]),
        ("x = 1  # type: ignore[no-untyped-call]\n", [""]),
        ("x = 1  # type: ignore[no-untyped-call]  # ships no types\n", ["ships no types"]),
        ("x = 1  # fmt: skip\n", [""]),
        ("x = 1  # fmt: skip  # one line of the table a row\n", ["one line of the table a row"]),
        ("# It ships no types at all.\nx = 1  # type: ignore[misc]\n", ["It ships no types at all."]),
    ],
)
def test_reasons_are_told_from_markers(code: str, reasons: list[str]) -> None:
    assert [reason for _, reason in _exemptions(code)] == reasons


def _exemptions(text: str) -> list[tuple[int, str]]:
    """Return (line, reason) of each exemption: what follows the marker, or else the comment on the line above."""
    if not EXEMPTION.search(text):
        return []
    lines = text.splitlines()
    found = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and EXEMPTION.search(token.string):
            line = token.start[0]
            above = lines[line - 2].strip() if line > 1 else ""
            reason = MARKER.sub("", token.string).strip(" #-:[]")
            found.append((line, reason or (above.strip("# ") if above.startswith("#") else "")))
    return found
