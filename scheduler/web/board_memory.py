"""What one process remembers of a site for its boards: visits and how they go, places and people, open gates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app

from scheduler.domain.appointment import Appointment
from scheduler.domain.people import StaffMember
from scheduler.domain.places import Room
from scheduler.store import clinic
from scheduler.store.freshness import version_of_places
from scheduler.store.kept_patients import KeptPatients
from scheduler.store.kept_visits import KeptVisits
from scheduler.web.kept_gates import KeptGates
from scheduler.web.real_course import Course, course_of

EXTENSION = "trellis_board"

MOST = 4000
"""So many visits' courses are remembered; then it is begun anew."""


@dataclass(frozen=True, slots=True)
class Places:
    """The rooms of a site, and its staff by id, as of a version."""

    version: str
    rooms: tuple[Room, ...]
    staff: Mapping[str, StaffMember]


class BoardMemory:
    """What is remembered; whatever is told of it was compared with the store before."""

    def __init__(self) -> None:
        self.gates = KeptGates()
        self.patients = KeptPatients()
        self._visits: dict[str, KeptVisits] = {}
        self._places: dict[str, Places] = {}
        self._courses: dict[str, tuple[Appointment, datetime | None, Course]] = {}

    def visits(self, site: str) -> KeptVisits:
        """Return what is remembered of the visits of a site."""
        return self._visits.setdefault(site, KeptVisits(site))

    def floor(self, site: str) -> Places:
        """Return the rooms and people of a site; for use in one reading."""
        version = version_of_places(site)
        kept = self._places.get(site)
        if kept is None or kept.version != version:
            staff = {person.id: person for person in clinic.staff(site)}
            kept = self._places[site] = Places(version, clinic.rooms(site), staff)
        return kept

    def course(self, visit: Appointment, dosed_at: datetime | None, now: datetime) -> Course:
        """Return how a visit goes, the very same as before while nothing about it is otherwise."""
        kept = self._courses.get(visit.id)
        if kept is not None and kept[0] is visit and kept[1] == dosed_at and not kept[2].goes_on_at(now):
            return kept[2]
        course = course_of(visit, dosed_at, now)
        if len(self._courses) > MOST:
            self._courses = {}
        self._courses[visit.id] = visit, dosed_at, course
        return course


def board_memory() -> BoardMemory:
    """Return what this application remembers."""
    memory: BoardMemory = current_app.extensions[EXTENSION]
    return memory


def remember_boards(app: Flask) -> None:
    """Let an application remember."""
    app.extensions[EXTENSION] = BoardMemory()
