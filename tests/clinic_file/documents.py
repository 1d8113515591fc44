"""Small documents to change and break in tests."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from scheduler.clinic_file import bundled_protocol, load_text, read_clinic, read_protocol
from scheduler.domain.errors import FaultyDocument

SMALL_PROTOCOL = """
protocol: small
version: 1
title: Two doses
route: im
series_kind: course
most_doses: dosing.most
quantities:
  dosing.count: {value: 2, unit: visits, source: clinic policy}
  dosing.most: {value: 3, unit: visits, source: clinic policy}
  dosing.gap: {value: 7, unit: d, range: [3, 21], source: clinic policy}
  dosing.late: {value: 10, unit: d, source: clinic policy}
  talk.length: {value: 50, unit: min, source: clinic policy}
  talk.from: {value: 24, unit: h, source: clinic policy}
  talk.until: {value: 72, unit: h, source: clinic policy}
  dose.length: {value: 2, unit: h, source: clinic policy}
  room.turnover: {value: 15, unit: min, source: clinic policy}
  watched: {value: 2, unit: patients, source: clinic policy}
  people: {value: 2, unit: people, source: clinic policy}
steps:
  - key: D[i]
    repeat: dosing.count
    kind: dosing
    title: Dose [i]
    room: im_dosing
    phases: [{name: effect, length: dose.length}, {name: turnover, length: room.turnover, with_patient: false}]
    cover:
      - {role: medical_monitor, attention: watching, from: effect, patients_per_person: watched}
      - {role: therapist, attention: in_room}
    site_cover: [{credential: bls, at_least: people, from: effect, through: effect}]
    holds_dose_spacing: dosing.gap
  - key: I[i]
    repeat: dosing.count
    kind: integration
    title: Talk [i]
    room: office
    phases: [{name: talk, length: talk.length}]
    cover: [{role: therapist, attention: in_room}]
windows:
  - {from: "D[i].start", to: "D[i+1].start", at_least: dosing.gap, at_most: dosing.late, meaning: dose_gap}
  - {from: "D[i].end", to: "I[i].start", at_least: talk.from, at_most: talk.until, meaning: integration}
  - {from: "I[i].end", to: "D[i+1].start", meaning: integration_before_dose}
"""

SMALL_CLINIC = """
sites:
  - {id: maple, name: Maple, public_name: Maple, zone: America/Denver, hours: {mon-fri: "08:00-18:00"}}
  - {id: oak, name: Oak, public_name: Oak, zone: America/Phoenix, hours: {daily: "08:00-18:00"}}
rooms:
  - {id: room-1, site: maple, name: Room 1, capabilities: [iv_dosing]}
  - {id: office-1, site: maple, name: Office 1, capabilities: [office]}
staff:
  - {id: ada, site: maple, name: Ada, roles: [therapist], hours: {mon-fri: "09:00-17:00"}}
  - {id: ben, site: maple, name: Ben, roles: [medical_monitor, administering_clinician], hours: {mon-fri: "09:00-17:00"}}
  - {id: kim, site: maple, name: Kim, roles: [prescriber], hours: {mon-fri: "09:00-17:00"}}
patients:
  - {id: p1, site: maple, given_name: A, family_name: Fern, birth_date: 1980-01-31}
  - {id: p2, site: maple, given_name: B, family_name: Moss, birth_date: 1990-01-31}
protocols: [{use: iv_kap_induction_6}]
appointments:
  - {id: a1, site: maple, patient: p1, kind: integration, title: Talk, start: 2026-12-03 10:00, minutes: 50,
     room: office-1, staff: {therapist: ada}}
""".replace("daily", "mon-sun")


def small_protocol() -> dict[str, Any]:
    """Return a sound protocol of two doses and two talks, to be changed at will."""
    return deepcopy(dict(_read_once(SMALL_PROTOCOL)))


def small_clinic() -> dict[str, Any]:
    """Return a sound clinic with two sites, to be changed at will."""
    return deepcopy(dict(_read_once(SMALL_CLINIC)))


@cache
def _read_once(text: str) -> Mapping[str, object]:
    return load_text(text)


def bundled(key: str) -> dict[str, Any]:
    """Return a copy of a protocol that comes with Trellis, to be changed at will."""
    return deepcopy(dict(bundled_protocol(key)))


def protocol_faults(document: Mapping[str, object]) -> list[str]:
    """Return the faults of a protocol document as lines."""
    with pytest.raises(FaultyDocument) as caught:
        read_protocol(document)
    return [fault.sentence() for fault in caught.value.faults]


def clinic_faults(document: Mapping[str, object]) -> list[str]:
    """Return the faults of a clinic file as lines."""
    with pytest.raises(FaultyDocument) as caught:
        read_clinic(document)
    return [fault.sentence() for fault in caught.value.faults]
