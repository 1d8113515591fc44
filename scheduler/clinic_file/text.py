"""Reads YAML or JSON text into plain values, with the line of every fault."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import yaml

from scheduler.domain.errors import Fault, FaultyDocument

MOST_VALUES = 2_000_000
"""How many values a document may stand for, repetitions by reference counted; more is a mistake or an attack."""
_DEEPEST = 60
_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str", "seq", "map")}

_Base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_Base):  # type: ignore[misc, valid-type]  # the fast loader where it is there, else the other
    """Reads what JSON can say: days and times stay text, and yes and no are no switches."""

    yaml_implicit_resolvers: Mapping[str, list[tuple[str, re.Pattern[str]]]] = {}


for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
    ("merge", r"^<<$", ["<"]),
):
    _PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def load_text(text: str) -> Mapping[str, object]:
    """Read a document, YAML or JSON (which YAML reads too), as named entries of plain values.

    Days and times stay text. Raises `FaultyDocument` naming the line for wrong syntax and for names given twice.
    """
    text = text.removeprefix("\ufeff")
    if text.lstrip().startswith("{"):
        plain = _json_value(text)
        if plain is not None:
            return plain
        text = text.replace("\t", "  ")
    _refuse_what_is_too_deep(text)
    loader = _PlainLoader(text)
    try:
        root = loader.get_single_node()
        faults = () if root is None else tuple(_faults(root))
        if faults:
            raise FaultyDocument(faults)
        value = None if root is None else loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        raise FaultyDocument((_syntax_fault(error),)) from None
    except (yaml.YAMLError, ValueError) as error:
        raise FaultyDocument((Fault("the document", f"cannot be read: {error}"),)) from None
    except RecursionError:
        raise FaultyDocument((Fault("the document", "is nested too deeply to be read"),)) from None
    finally:
        loader.dispose()
    if not isinstance(value, dict):
        kind = "nothing" if value is None else "a list" if isinstance(value, list) else "a single value"
        raise FaultyDocument(
            (Fault("the document", f"holds {kind}, but named entries such as `sites:` are wanted"),)
        )
    return value


def _refuse_what_is_too_deep(text: str) -> None:
    """Look at the nesting before the tree is built: the fast loader builds it by recursion, which no limit ends.

    A few ten thousand brackets would end the whole process. Wrong syntax is left for the loader to name.
    """
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_PlainLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _DEEPEST + 1:
                raise FaultyDocument((Fault(_line(event), "is nested too deeply to be read"),))
    except yaml.YAMLError:
        return


def _json_value(text: str) -> Mapping[str, object] | None:
    """Return the value of flawless JSON; `None` for anything else, for YAML's reader knows the line of the fault."""
    try:
        value = json.loads(text, object_pairs_hook=_named_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _named_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name is given twice")
    return dict(pairs)


def _no_number(word: str) -> object:
    raise ValueError(f"{word} is not a number")


def _syntax_fault(error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    path = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the document"
    context = f"{error.context}: " if error.context else ""
    return Fault(path, f"{context}{error.problem or 'cannot be read'}", "mend the YAML or JSON there")


def _faults(root: yaml.Node) -> Iterator[Fault]:
    """Yield names given twice, names that are not text, and references that would never end or blow up."""
    sizes: dict[int, int] = {}
    found: list[Fault] = []

    def size(node: yaml.Node, above: tuple[int, ...]) -> int:
        if id(node) in above:
            raise FaultyDocument((Fault(_line(node), "refers to itself", "write out what is meant"),))
        if len(above) > _DEEPEST:
            raise FaultyDocument((Fault(_line(node), "is nested too deeply to be read"),))
        if id(node) not in sizes:
            if node.tag not in _TAGS:
                found.append(Fault(_line(node), f"the tag {node.tag} is not read here", "leave it out"))
            if isinstance(node, yaml.MappingNode):
                found.extend(_faults_of_names(node))
            sizes[id(node)] = 1 + sum(size(child, (*above, id(node))) for child in _children(node))
        return sizes[id(node)]

    if size(root, ()) > MOST_VALUES:
        found.append(Fault("the document", f"stands for more than {MOST_VALUES:,} values"))
    yield from found


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [value for _, value in node.value]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _faults_of_names(node: yaml.MappingNode) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for key, _ in node.value:
        if key.tag.endswith(":merge"):
            continue
        if not isinstance(key, yaml.ScalarNode) or not key.tag.endswith(":str"):
            yield Fault(_line(key), "a name that is not text", "put it in quotes")
        elif key.value in seen:
            yield Fault(
                _line(key), f"'{key.value}' is given twice, first on line {seen[key.value]}", "keep one"
            )
        else:
            seen[key.value] = key.start_mark.line + 1


def _line(node: yaml.Node | yaml.Event) -> str:
    return f"line {node.start_mark.line + 1}" if node.start_mark else "the document"
