"""The independent check can fail: every kind of fault, put into a sound export, is found."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler.config import PROJECT_FOLDER
from tests.journeys.check_export import faults_in
from tests.journeys.conftest import LoadedDemo

Document = dict[str, Any]


@pytest.fixture(scope="module")
def sound(demo: LoadedDemo) -> str:
    """Give a sound export, as it is printed: each test reads its own, to spoil it."""
    result = demo.app.test_cli_runner().invoke(args=["clinic", "export"])
    assert faults_in(json.loads(result.stdout)) == []
    return result.stdout


def an_induction(document: Document) -> dict[str, Any]:
    """Return the visits of one induction by their steps."""
    series = next(one["id"] for one in document["series"] if one["protocol"] == "iv_kap_induction_6")
    return {visit["step"]: visit for visit in document["appointments"] if visit["series"] == series}


def claims_of(document: Document, visit: dict[str, Any], **wanted: str) -> list[dict[str, Any]]:
    return [
        claim
        for claim in document["claims"]
        if claim["appointment"] == visit["id"] and all(claim[name] == value for name, value in wanted.items())
    ]


def drop(document: Document, claims: list[dict[str, Any]]) -> None:
    assert claims
    document["claims"] = [claim for claim in document["claims"] if claim not in claims]


def later(entry: dict[str, Any], by: timedelta, *names: str) -> None:
    for name in names or ("start", "end"):
        entry[name] = (datetime.fromisoformat(entry[name]) + by).isoformat()


def move(document: Document, visit: dict[str, Any], by: timedelta) -> None:
    """Move a visit with all that belongs to it."""
    for entry in (visit, *visit["phases"], *claims_of(document, visit)):
        later(entry, by)


def a_lane_claimed_twice(document: Document) -> str:
    document["claims"].append(dict(document["claims"][0]))
    return "is claimed twice"


def a_lane_beyond_capacity(document: Document) -> str:
    document["claims"][0]["lane"] = 7
    return "is beyond"


def a_claim_of_nobody(document: Document) -> str:
    document["claims"][0]["resource"] = "nobody"
    return "unknown resource"


def a_called_off_visit_that_claims(document: Document) -> str:
    an_induction(document)["D2"]["state"] = "cancelled_by_patient"
    return "still claims"


def doses_too_close(document: Document) -> str:
    visits = an_induction(document)
    first, second = (datetime.fromisoformat(visits[step]["start"]) for step in ("D1", "D2"))
    move(document, visits["D2"], timedelta(hours=47) - (second - first))
    return "from dose 1 to dose 2"


def doses_too_far_apart(document: Document) -> str:
    move(document, an_induction(document)["D6"], timedelta(days=9))
    return "from dose 5 to dose 6"


def integration_after_the_next_dose(document: Document) -> str:
    visits = an_induction(document)
    end, start = (datetime.fromisoformat(visits[step][at]) for step, at in (("I1", "end"), ("D2", "end")))
    move(document, visits["I1"], start - end + timedelta(hours=2))
    return "D2 starts"


def integration_too_early(document: Document) -> str:
    visits = an_induction(document)
    dose, talk = (datetime.fromisoformat(visits[step][at]) for step, at in (("D3", "end"), ("I3", "start")))
    move(document, visits["I3"], dose - talk + timedelta(hours=20))
    return "I3 starts 20:00:00 after D3 is over"


def preparation_too_late(document: Document) -> str:
    visits = an_induction(document)
    dose, talk = (datetime.fromisoformat(visits[step][at]) for step, at in (("D1", "start"), ("P2", "end")))
    move(document, visits["P2"], dose - talk - timedelta(hours=23))
    return "D1 starts 23:00:00 after P2 is over"


def review_too_early(document: Document) -> str:
    move(document, an_induction(document)["R1"], -timedelta(days=14))
    return "R1 starts"


def a_visit_left_out(document: Document) -> str:
    visit = an_induction(document)["I4"]
    drop(document, claims_of(document, visit))
    document["appointments"].remove(visit)
    return "I4 is missing"


def a_therapist_who_leaves_for_recovery(document: Document) -> str:
    drop(document, claims_of(document, an_induction(document)["D1"], role="therapist", phase="recovery"))
    return "no therapist"


def a_monitor_who_does_not_watch(document: Document) -> str:
    drop(
        document,
        claims_of(document, an_induction(document)["D1"], role="medical_monitor", phase="observation"),
    )
    return "no medical_monitor (watch)"


def a_discharge_without_hands(document: Document) -> str:
    visit = an_induction(document)["D1"]
    drop(document, claims_of(document, visit, role="medical_monitor", phase="discharge", purpose="occupy"))
    return "no medical_monitor (occupy)"


def a_prescriber_who_goes_early(document: Document) -> str:
    drop(document, claims_of(document, an_induction(document)["D1"], role="prescriber", phase="discharge"))
    return "no prescriber (on_premises)"


def a_prescriber_who_is_none(document: Document) -> str:
    claim = claims_of(document, an_induction(document)["D1"], role="prescriber")[0]
    next(r for r in document["resources"] if r["id"] == claim["resource"])["roles"] = ["therapist"]
    return "is no prescriber"


def somebody_not_at_work(document: Document) -> str:
    document["availability"] = [a for a in document["availability"] if a["resource"] != "brook"]
    return "brook is not at work"


def a_room_given_up_before_turnover(document: Document) -> str:
    visit = an_induction(document)["D1"]
    drop(document, [c for c in claims_of(document, visit, phase="turnover") if c["role"] is None])
    return "through turnover"


def a_site_shut_too_soon(document: Document) -> str:
    visit = an_induction(document)["D1"]
    for entry in document["availability"]:
        if entry["start"] <= visit["start"] and visit["end"] <= entry["end"]:
            entry["end"] = visit["end"]
    return "before closing"


def nobody_with_acls(document: Document) -> str:
    for resource in document["resources"]:
        resource["credentials"] = [c for c in resource.get("credentials", []) if c["kind"] != "acls"]
    return "0 people with acls"


def a_second_therapist(document: Document) -> str:
    visit = an_induction(document)["I2"]
    (claim,) = claims_of(document, visit, role="therapist", purpose="occupy")
    others = [
        r["id"] for r in document["resources"] if "therapist" in r["roles"] and r["id"] != claim["resource"]
    ]
    for other in claims_of(document, visit, role="therapist"):
        other["resource"] = others[0]
    return "2 therapists"


def a_dose_that_keeps_no_distance(document: Document) -> str:
    drop(document, claims_of(document, an_induction(document)["D4"], purpose="spacing"))
    return "does not hold the patient's spacing"


def a_patient_in_two_places(document: Document) -> str:
    visits = an_induction(document)
    start, other = (datetime.fromisoformat(visits[step]["start"]) for step in ("I1", "C1"))
    move(document, visits["C1"], start - other)
    return "in two places"


def a_third_patient_for_one_monitor(document: Document) -> str:
    visit = an_induction(document)["D1"]
    claim = claims_of(document, visit, role="medical_monitor", phase="observation", purpose="watch")[0]
    next(r for r in document["resources"] if r["id"] == claim["resource"])["capacity"]["watch"] = 9
    others = [v["id"] for v in document["appointments"] if v["kind"] == "dosing" and v["id"] != visit["id"]][
        :2
    ]
    document["claims"] += [
        {**claim, "lane": lane, "appointment": id} for lane, id in zip((7, 8), others, strict=True)
    ]
    return "patients to watch"


def the_next_day_too_soon_after_a_late_release(document: Document) -> str:
    visits = an_induction(document)
    start = datetime.fromisoformat(visits["I1"]["start"])
    visits["D1"]["released_at"] = (start - timedelta(hours=23)).isoformat()
    return "I1 starts 23:00:00 after D1 is over"


def another_rule_than_the_inbox_tells_of(document: Document) -> str:
    document["conflicts"] = [{**a_conflict(document, "D2"), "rule": "ROOM-1"}]
    return somebody_not_at_work(document)


def another_visit_than_the_inbox_tells_of(document: Document) -> str:
    document["conflicts"] = [a_conflict(document, "D3")]
    return doses_too_close(document)


SPOILERS = [
    the_next_day_too_soon_after_a_late_release,
    another_rule_than_the_inbox_tells_of,
    another_visit_than_the_inbox_tells_of,
    a_lane_claimed_twice,
    a_lane_beyond_capacity,
    a_claim_of_nobody,
    a_called_off_visit_that_claims,
    doses_too_close,
    doses_too_far_apart,
    integration_after_the_next_dose,
    integration_too_early,
    preparation_too_late,
    review_too_early,
    a_visit_left_out,
    a_therapist_who_leaves_for_recovery,
    a_monitor_who_does_not_watch,
    a_discharge_without_hands,
    a_prescriber_who_goes_early,
    a_prescriber_who_is_none,
    somebody_not_at_work,
    a_room_given_up_before_turnover,
    a_site_shut_too_soon,
    nobody_with_acls,
    a_second_therapist,
    a_dose_that_keeps_no_distance,
    a_patient_in_two_places,
    a_third_patient_for_one_monitor,
]


@pytest.mark.parametrize("spoil", SPOILERS, ids=lambda spoil: spoil.__name__)
def test_every_kind_of_fault_is_found(sound: str, spoil: Callable[[Document], str]) -> None:
    document = json.loads(sound)
    said = spoil(document)
    faults = faults_in(document)
    assert any(said in fault for fault in faults), faults[:5]


@pytest.mark.parametrize("resolution", [None, "over", "mended"])
def test_what_the_inbox_tells_of_is_no_fault_until_it_is_resolved(sound: str, resolution: str | None) -> None:
    document = json.loads(sound)
    said = doses_too_close(document)
    steps = ["D1", "D2", "I1", "C1"]
    rules = ["SPACE-1", "INTEG-3", "FOLLOW-1"]
    told = [{**a_conflict(document, *steps), "rule": rule, "resolution": resolution} for rule in rules]
    document["conflicts"] = told
    assert any(said in fault for fault in faults_in(document)) == (resolution == "mended")


def a_conflict(document: Document, *steps: str) -> dict[str, Any]:
    series = an_induction(document)["D1"]["series"]
    return {"series": series, "rule": "SPACE-1", "steps": list(steps), "resolution": None}


def script(file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.journeys.check_export", str(file)]
    return subprocess.run(command, cwd=PROJECT_FOLDER, capture_output=True, text=True, check=False)


def test_the_script_counts_and_ends_accordingly(sound: str, tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    file.write_text(sound)
    well = script(file)
    assert well.returncode == 0
    assert "0 faults" in well.stdout
    broken = json.loads(sound)
    doses_too_close(broken)
    file.write_text(json.dumps(broken))
    assert script(file).returncode == 1
    file.write_text(json.dumps({**json.loads(sound), "series": [], "appointments": [], "claims": []}))
    assert script(file).returncode == 2


def test_it_knows_nothing_of_the_programs_code() -> None:
    folder = PROJECT_FOLDER / "tests" / "journeys"
    for name in ("check_export.py", "exported.py", "exported_series.py"):
        assert "scheduler" not in (folder / name).read_text().partition('"""\n')[2]
