"""The words that nothing sent to a patient may contain, and the walk over every byte that looks for them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from scheduler.domain.telling_words import TELL_TALE, folded

if TYPE_CHECKING:
    from werkzeug.test import TestResponse


def assert_gives_nothing_away(content: bytes, names: Iterable[str] = ()) -> None:
    """Fail when the content holds a tell-tale word or one of these names, whatever their case, folded lines joined."""
    text = folded(content.replace(b"\r\n ", b"").replace(b"=\n", b"").decode())
    found = [word for word in (*TELL_TALE, *(folded(name) for name in names)) if word in text]
    assert not found, f"tell-tale words {found} in: {text}"


def everything_said(answer: TestResponse) -> bytes:
    """Return all that an answer says: its status, every header, and the body unpacked."""
    body: bytes = answer.data
    if answer.headers.get("Content-Encoding") == "gzip" and body:
        body = gzip.decompress(body)
    lines = [answer.status, *(f"{name}: {value}" for name, value in answer.headers)]
    return "\n".join(lines).encode() + b"\n" + body


def assert_names_nobody(content: bytes | str, names: Iterable[str]) -> None:
    """Fail when one of these names stands in the content as a word or words of its own, whatever its case or coding."""
    text = content.decode() if isinstance(content, bytes) else content
    text = unquote(text.replace("\r\n ", "").replace("\\,", ",")).casefold()
    found = [name for name in names if re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", text)]
    assert not found, f"{found} in: {text}"
