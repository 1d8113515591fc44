"""What the applications of one process share: templates, addresses of pages and SQL, each compiled once.

Every test has an application of its own. To compile the same things anew for each took a good part of their time;
nothing that is shared here knows which application, which database or which test it serves.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

ROOM_FOR_STATEMENTS = 5_000


class _CompiledTemplates(BytecodeCache):
    """The code of templates, by their text."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key, bucket.checksum] = bucket.code


TEMPLATES = _CompiledTemplates()

_DIALECTS: dict[str, Dialect] = {}
_STATEMENTS: dict[str, Any] = {}


def share_statements(engine: Engine) -> None:
    """Let this engine, which has not connected yet, use the SQL that others of its kind have compiled.

    SQL is compiled for a dialect, which asks the database what it can do when it first connects: the first one that
    has asked is shared.
    """
    kind = engine.dialect.name
    if kind in _DIALECTS:
        engine.dialect = _DIALECTS[kind]
        engine._compiled_cache = _STATEMENTS[kind]
        return
    engine._compiled_cache = _STATEMENTS.setdefault(kind, LRUCache(ROOM_FOR_STATEMENTS))

    def keep(_connection: Any, _record: object) -> None:
        _DIALECTS.setdefault(kind, engine.dialect)

    event.listen(engine, "connect", keep)


def compiling_addresses_once() -> Callable[[Rule, bool], Callable[..., tuple[str, str]]]:
    """Return what compiles how the address of a page is written, in place of `Rule._compile_builder`.

    What that makes depends on nothing but the parts of the address: it asks the rule that it serves for the rest.
    """
    compile_anew = Rule._compile_builder
    known: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if rule.defaults:
            return compile_anew(rule, append_unknown)
        parts = (rule.rule, *rule._trace, append_unknown)
        if parts not in known:
            known[parts] = compile_anew(rule, append_unknown)
        return known[parts]

    return compiled
