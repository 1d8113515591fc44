"""Checks what one entry of a clinic file says about another: ids, sites, roles, and who can be in two places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from difflib import get_close_matches
from itertools import pairwise

from scheduler.clinic_file.bundled import bundled_keys
from scheduler.clinic_file.faults import nearest, shown
from scheduler.clinic_file.local_times import moment_at
from scheduler.domain.clock import zone_of
from scheduler.domain.errors import Fault, InvalidValue, TrellisError
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.telling import told_moment
from scheduler.domain.treatment import Protocol

Entry = Mapping[str, object]

_RESOURCES = ("rooms", "staff", "patients", "cohorts")


class References:
    """The entries of one document, sound or not, by section; a faulty entry still counts as there."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self.sections = {
            section: [
                (f"{section}[{number}]", entry)
                for number, entry in enumerate(_list(document.get(section)))
                if isinstance(entry, Mapping)
            ]
            for section in ("sites", "rooms", "staff", "patients", "protocols", "appointments", "cohorts")
        }
        self.by_id: dict[str, dict[str, Entry]] = {
            section: {str(entry["id"]): entry for _, entry in entries if isinstance(entry.get("id"), str)}
            for section, entries in self.sections.items()
        }

    def faults(self) -> Iterator[Fault]:
        """Yield every reference that leads nowhere and everything that cannot be true together."""
        yield from self._ids_given_twice()
        for section in (*_RESOURCES, "appointments"):
            for path, entry in self.sections[section]:
                yield from self._unknown("sites", entry.get("site"), f"{path}.site")
        for path, entry in (*self.sections["sites"], *self.sections["staff"]):
            if "hours" not in entry and "hours_by_period" not in entry:
                yield Fault(f"{path}.hours", "is missing", "such as {mon-fri: '08:00-17:00'}")
        for path, entry in self.sections["staff"]:
            yield from _limits_without_role(path, entry)
        for path, entry in self.sections["protocols"]:
            key = entry.get("use")
            if isinstance(key, str) and key not in bundled_keys():
                yield Fault(
                    f"{path}.use", f"no protocol '{key}' comes with Trellis", nearest(key, [*bundled_keys()])
                )
        for path, entry in self.sections["appointments"]:
            yield from self._appointment(path, entry)
        yield from self._in_two_places()

    def misspelt(self, protocols: tuple[Protocol, ...]) -> Iterator[Fault]:
        """Yield gates, credentials and capabilities that are almost, but not quite, what a protocol asks for."""
        steps = [step for protocol in protocols for step in protocol.steps]
        gates = {gate.kind for step in steps for gate in step.gates}
        gates |= {step.left_out_when_passed for step in steps if step.left_out_when_passed}
        credentials = {name for step in steps for segment in step.segments for name in segment.credentials}
        credentials |= {cover.credential for step in steps for cover in step.site_cover}
        capabilities = {step.room_capability for step in steps if step.room_capability}
        for path, entry in self.sections["patients"]:
            for number, gate in enumerate(_list(entry.get("gates"))):
                yield from _almost(_get(gate, "gate"), gates, f"{path}.gates[{number}].gate")
        for path, entry in self.sections["staff"]:
            for number, held in enumerate(_list(entry.get("credentials"))):
                yield from _almost(_get(held, "kind"), credentials, f"{path}.credentials[{number}].kind")
        for path, entry in self.sections["rooms"]:
            for number, name in enumerate(_list(entry.get("capabilities"))):
                yield from _almost(name, capabilities, f"{path}.capabilities[{number}]")

    def zone_of(self, entry: Entry) -> str | None:
        """Return the zone of the site an entry belongs to, or `None` when that is not known."""
        site = self.by_id["sites"].get(str(entry.get("site")), {})
        try:
            return zone_of(str(site.get("zone"))).key
        except InvalidValue:
            return None

    def _ids_given_twice(self) -> Iterator[Fault]:
        for sections in (("sites",), _RESOURCES, ("appointments",)):
            seen: dict[str, str] = {}
            for section in sections:
                for path, entry in self.sections[section]:
                    id = entry.get("id")
                    if isinstance(id, str) and id in seen:
                        mend = (
                            "rooms, staff, patients and cohorts share one list of ids"
                            if len(sections) > 1
                            else ""
                        )
                        yield Fault(f"{path}.id", f"'{id}' is already the id of {seen[id]}", mend)
                    elif isinstance(id, str):
                        seen[id] = path

    def _unknown(self, section: str, id: object, path: str) -> Iterator[Fault]:
        if isinstance(id, str) and id not in self.by_id[section]:
            singular = {"sites": "site", "rooms": "room", "patients": "patient", "staff": "member of staff"}[
                section
            ]
            yield Fault(path, f"there is no {singular} {shown(id)}", nearest(id, list(self.by_id[section])))

    def _elsewhere(self, section: str, id: object, entry: Entry, path: str) -> Iterator[Fault]:
        """Yield a fault for an id that is unknown, or belongs to another site than the appointment."""
        yield from self._unknown(section, id, path)
        known = self.by_id["sites"]
        other = _text(self.by_id[section].get(id, {}).get("site")) if isinstance(id, str) else None
        site = _text(entry.get("site"))
        if other in known and site in known and other != site:
            yield Fault(path, f"'{id}' belongs to the site '{other}', but the appointment is at '{site}'")

    def _appointment(self, path: str, entry: Entry) -> Iterator[Fault]:
        yield from self._elsewhere("patients", entry.get("patient"), entry, f"{path}.patient")
        yield from self._elsewhere("rooms", entry.get("room"), entry, f"{path}.room")
        staff = entry.get("staff")
        for role, person in staff.items() if isinstance(staff, Mapping) else ():
            where = f"{path}.staff.{role}"
            yield from self._elsewhere("staff", person, entry, where)
            roles = _list(self.by_id["staff"].get(str(person), {}).get("roles"))
            if roles and role in set(Role) and role not in roles:
                yield Fault(where, f"'{person}' is no {role}", f"their roles: {', '.join(map(str, roles))}")
        zone, start = self.zone_of(entry), entry.get("start")
        if zone is not None and isinstance(start, str):
            try:
                moment_at(start, zone)
            except InvalidValue as error:
                yield Fault(f"{path}.start", str(error))
            except (ValueError, OverflowError):
                return  # no moment at all: the form says so

    def _in_two_places(self) -> Iterator[Fault]:
        """Yield appointments that need a room, a person or a patient at the same moment."""
        wanted: dict[str, list[tuple[Interval, str, str]]] = {}
        for path, entry in self.sections["appointments"]:
            zone, minutes = self.zone_of(entry), entry.get("minutes")
            staff = entry.get("staff")
            people = staff.values() if isinstance(staff, Mapping) else ()
            needed = {id for id in map(_text, (entry.get("room"), entry.get("patient"), *people)) if id}
            try:
                assert isinstance(minutes, int) and zone is not None
                start = moment_at(str(entry.get("start")), zone)
                time = Interval.lasting(start, _minutes(minutes))
            except (AssertionError, TrellisError, ValueError, OverflowError):
                continue  # the form already says what is wrong
            for id in needed:
                wanted.setdefault(id, []).append((time, path, zone))
        for id, times in wanted.items():
            for (first, earlier, _), (second, later, zone) in pairwise(sorted(times)):
                if first.overlaps(second):
                    when = told_moment(second.start, zone)
                    yield Fault(
                        later, f"needs '{id}' at {when}, while {earlier} still has it", "move one of the two"
                    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    """Return a value that can be an id; `None` for anything else, which the form says is wrong."""
    return value if isinstance(value, str) else None


def _get(entry: object, name: str) -> object:
    return entry.get(name) if isinstance(entry, Mapping) else None


def _minutes(number: int) -> timedelta:
    return timedelta(minutes=max(1, number))


def _limits_without_role(path: str, entry: Entry) -> Iterator[Fault]:
    for limit, role in (("may_watch", Role.MEDICAL_MONITOR), ("may_supervise", Role.PRESCRIBER)):
        if (
            entry.get(limit)
            and isinstance(entry.get("roles"), list)
            and role not in _list(entry.get("roles"))
        ):
            yield Fault(f"{path}.{limit}", f"goes with the role {role}, which is not among the roles")


def _almost(name: object, known: set[str], path: str) -> Iterator[Fault]:
    if isinstance(name, str) and name not in known and (close := get_close_matches(name, known, 1, 0.9)):
        yield Fault(path, f"no protocol asks for '{name}'", f"did you mean '{close[0]}'?")
