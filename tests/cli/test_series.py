"""`series propose` and `series book`: what they print, and how they end."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import Result

from scheduler.planner.preferences import PREFERENCES
from tests.cli.conftest import Run
from tests.house.building import ROOT

ASK = "--patient patient-1 --protocol im_kap_3"


def a_proposal(**fields: object) -> str:
    """Return a proposal as a file holds it."""
    return json.dumps({"patient": "patient-1", "protocol": "im_kap_3", "visits": [], **fields})


def a_visit(**fields: object) -> dict[str, object]:
    """Return a visit of such a proposal."""
    return {"step": "P1", "start": "2027-01-05T17:00:00Z", "room": None, "staff": {}, **fields}


def plain(result: Result) -> str:
    """Return standard error, which never shows a stack trace."""
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.stderr


def test_propose_prints_whole_series(run_in_clinic: Run) -> None:
    result = run_in_clinic(f"series propose {ASK} --limit 2 --json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["reasons"] == []
    assert len(document["proposals"]) == 2
    first = document["proposals"][0]
    assert {visit["step"] for visit in first["visits"]} >= {"P1", "P2", "D1", "I1", "R1"}
    assert first["visits"][0]["start"].endswith("Z")
    assert all(finding["level"] != "block" for finding in first["findings"])


def test_propose_says_how_exact_it_is_and_what_is_preferred(run_in_clinic: Run) -> None:
    document = json.loads(run_in_clinic(f"series propose {ASK} --limit 1 --json").stdout)
    assert document["exact"] is True
    (first,) = document["proposals"]
    assert first["exact"] is True
    assert first["preferences"][0]["name"] == "earliest finish"
    assert first["preferences"][0]["value"]
    assert first["stands_out"] == [], "there is nothing to tell it apart from"


def test_propose_takes_wishes_and_tells_how_they_are_kept(run_in_clinic: Run) -> None:
    wishes = "--rather therapist-3 --weekdays Tue,thu --between 09:00-15:00"
    first = "--first wished_therapist --first patients_times"
    printed = run_in_clinic(f"series propose {ASK} {wishes} {first} --limit 1 --json").stdout
    (proposal,) = json.loads(printed)["proposals"]
    assert proposal["therapist"] == "therapist-3"
    told = {one["name"]: one["value"] for one in proposal["preferences"]}
    assert told["wished therapist"] == "kept"
    assert told["patient's days and times"].startswith("suits ")
    booked = json.loads(run_in_clinic(f"series book {ASK} {wishes} {first} --json").stdout)["series"]
    assert [v["start"] for v in booked["visits"]] == [v["start"] for v in proposal["visits"]]


@pytest.mark.parametrize("between", ["09:00-", "--between=-15:00", "09:00 - 15:00"])
def test_either_side_of_the_times_may_be_left_out(run_in_clinic: Run, between: str) -> None:
    option = [between] if between.startswith("--") else ["--between", between]
    result = run_in_clinic(f"series propose {ASK} --limit 1 --json", more=option)
    assert result.exit_code == 0, result.output
    names = [one["name"] for one in json.loads(result.stdout)["proposals"][0]["preferences"]]
    assert "patient's days and times" in names


def test_wishes_that_make_no_sense_are_refused_in_words(run_in_clinic: Run) -> None:
    result = run_in_clinic(f"series book {ASK} --therapist therapist-1 --rather therapist-2")
    assert result.exit_code == 2
    assert "should rather be" in plain(result)
    unknown = plain(run_in_clinic(f"series book {ASK} --first sunshine"))
    assert "There is no preference 'sunshine'. Known are: earliest_finish, " in unknown


@pytest.mark.parametrize("command", ["propose", "book"])
def test_help_names_what_may_come_first(run_in_clinic: Run, command: str) -> None:
    told = run_in_clinic(f"series {command} --help").stdout
    for preference in PREFERENCES:
        assert preference.key in told


def test_the_reference_names_what_may_come_first_in_its_order() -> None:
    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    order = page.split("planner prefers, in this order:")[1].split(". ")[0]
    assert re.findall(r"`(\w+)`", order) == [preference.key for preference in PREFERENCES]


def test_propose_answers_the_impossible_with_reasons(run_in_clinic: Run) -> None:
    result = run_in_clinic(f"series propose {ASK} --until 2027-01-08 --json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["proposals"] == []
    assert document["reasons"][0]["why"]
    assert (document["reasons"][0]["way_out"], document["reasons"][0]["finish"]) == (False, None)
    later = next(reason for reason in document["reasons"] if reason["code"] == "later_last_day")
    assert later["way_out"] and later["finish"].endswith("Z")


def test_propose_for_people_says_local_times(run_in_clinic: Run) -> None:
    assert "MST" in run_in_clinic(f"series propose {ASK} --limit 1").stdout
    assert "1. with therapist-1: earliest finish" in run_in_clinic(f"series propose {ASK} --limit 2").stdout
    nothing = run_in_clinic(f"series propose {ASK} --until 2027-01-08").stdout
    against, helps = nothing.split("What would make it fit, what asks least first:")
    assert against.startswith("No complete series fits:")
    assert "later_last_day: The series is wished to be over by " in helps
    assert all(line.endswith(".") for line in helps.strip().splitlines())


def test_book_books_the_first_proposal(run_in_clinic: Run) -> None:
    proposed = json.loads(run_in_clinic(f"series propose {ASK} --limit 1 --json").stdout)["proposals"][0]
    result = run_in_clinic(f"series book {ASK} --json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["booked"] is True
    assert [v["start"] for v in document["series"]["visits"]] == [v["start"] for v in proposed["visits"]]
    assert document["series"]["id"]


def test_book_takes_a_proposal_from_a_file(run_in_clinic: Run, tmp_path: Path) -> None:
    printed = run_in_clinic(f"series propose {ASK} --limit 3 --decline I1 --json").stdout
    third = json.loads(printed)["proposals"][2]
    file = tmp_path / "proposal.json"
    file.write_text(json.dumps(third))
    result = run_in_clinic(f"series book --proposal {file} --json")
    assert result.exit_code == 0
    series = json.loads(result.stdout)["series"]
    assert [v["start"] for v in series["visits"]] == [v["start"] for v in third["visits"]]
    assert series["declined"] == ["I1"]


def test_an_optional_visit_is_asked_for_and_booked_with_its_proposal(
    run_in_clinic: Run, tmp_path: Path
) -> None:
    ask = "--patient patient-1 --protocol im_kap_3_choice"
    assert "I1b" not in run_in_clinic(f"series propose {ask} --limit 1").stdout
    printed = run_in_clinic(f"series propose {ask} --include I1b --include I3b --limit 1 --json").stdout
    assert json.loads(printed)["proposals"][0]["included"] == ["I1b", "I3b"]
    file = tmp_path / "proposal.json"
    file.write_text(printed)
    document = json.loads(run_in_clinic(f"series book --proposal {file} --json").stdout)
    assert {"I1b", "I3b"} <= {visit["step"] for visit in document["series"]["visits"]}
    wrong = run_in_clinic(f"series book {ask} --include P1")
    assert wrong.exit_code == 2
    assert "Preparation 1 (P1) is not optional" in plain(wrong)


def test_a_proposal_says_who_takes_over_and_is_booked_so(run_in_clinic: Run, tmp_path: Path) -> None:
    ask = "--patient patient-1 --protocol im_kap_3_choice"
    proposal = json.loads(run_in_clinic(f"series propose {ask} --limit 1 --json").stdout)["proposals"][0]
    dose = next(visit for visit in proposal["visits"] if visit["step"] == "D1")
    assert dose["relief"] == []
    begins = dose["staff"]["medical_monitor"]
    other = "nurse-2" if begins == "nurse-1" else "nurse-1"
    dose["relief"] = [{"role": "medical_monitor", "segment": n, "person": other} for n in (3, 4, 5)]
    file = tmp_path / "proposal.json"
    file.write_text(json.dumps(proposal))
    result = run_in_clinic(f"series book --proposal {file} --json")
    assert result.exit_code == 0
    booked = next(v for v in json.loads(result.stdout)["series"]["visits"] if v["step"] == "D1")
    assert booked["relief"] == dose["relief"]
    dose["relief"] = [{"role": "medical_monitor"}]
    file.write_text(json.dumps(proposal))
    assert "The proposal cannot be read" in plain(run_in_clinic(f"series book --proposal {file}"))


def test_book_refuses_with_exit_2_and_the_findings(run_in_clinic: Run, tmp_path: Path) -> None:
    file = tmp_path / "proposal.json"
    file.write_text(run_in_clinic(f"series propose {ASK} --limit 1 --json").stdout)
    assert run_in_clinic(f"series book --proposal {file} --json").exit_code == 0
    again = run_in_clinic(f"series book --patient patient-2 --proposal {file} --json")
    assert again.exit_code == 2
    document = json.loads(again.stdout)
    assert document["booked"] is False
    assert any(finding["level"] == "block" for finding in document["findings"])
    assert document["instead"]
    told = run_in_clinic(f"series book --patient patient-2 --proposal {file}")
    assert told.exit_code == 2
    assert "Free instead" in plain(told)


def test_a_proposal_keeps_the_wishes_it_was_made_with(run_in_clinic: Run, tmp_path: Path) -> None:
    wishes = (
        "--from 2026-12-01 --until 2027-02-26 --rather therapist-3 --weekdays tue,thu --between 09:00-15:00"
    )
    ask = f"{ASK} {wishes} --first wished_therapist --first patients_times --limit 1 --json"
    file = tmp_path / "proposal.json"
    file.write_text(run_in_clinic(f"series propose {ask}").stdout)
    [proposal] = json.loads(file.read_text())["proposals"]
    assert proposal["wishes"] == {
        "from": "2026-12-01",
        "until": "2027-02-26",
        "therapist": None,
        "rather": "therapist-3",
        "weekdays": ["tue", "thu"],
        "between": ["09:00", "15:00"],
        "first": ["wished_therapist", "patients_times"],
    }
    assert run_in_clinic(f"series book --proposal {file}").exit_code == 0
    again = json.loads(run_in_clinic(f"series book --patient patient-2 --proposal {file} --json").stdout)
    [instead] = again["instead"]
    assert instead["wishes"] == proposal["wishes"]
    assert instead["therapist"] == "therapist-3", "the wishes hold for what is offered instead"
    told = {one["name"]: one["value"] for one in instead["preferences"]}
    assert told["wished therapist"] == "kept"
    assert told["patient's days and times"].startswith("suits ")


def test_an_option_replaces_the_wish_of_the_file_and_a_file_may_have_none(
    run_in_clinic: Run, tmp_path: Path
) -> None:
    file = tmp_path / "proposal.json"
    file.write_text(run_in_clinic(f"series propose {ASK} --between 09:00-15:00 --limit 1 --json").stdout)
    [proposal] = json.loads(file.read_text())["proposals"]
    assert run_in_clinic(f"series book --proposal {file}").exit_code == 0
    book = f"series book --patient patient-2 --proposal {file} --json"
    [instead] = json.loads(run_in_clinic(f"{book} --between 10:00- --weekdays fri").stdout)["instead"]
    assert instead["wishes"]["between"] == ["10:00", None]
    assert instead["wishes"]["weekdays"] == ["fri"]
    del proposal["wishes"]
    file.write_text(json.dumps(proposal))
    [instead] = json.loads(run_in_clinic(book).stdout)["instead"]
    assert not any(any(wish) if isinstance(wish, list) else wish for wish in instead["wishes"].values())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--first wished_therapist", "Choose the therapist who would be better"),
        ("--first patients_times", "Say which days or times suit the patient better"),
        ("--first patients_times --weekdays mon,tue,wed,thu,fri,sat,sun", "Say which days or times suit"),
        ("--first earliest_finish --first sunshine", "There is no preference 'sunshine'"),
    ],
)
@pytest.mark.parametrize("command", ["propose", "book"])
def test_what_could_change_nothing_cannot_come_first(
    run_in_clinic: Run, command: str, line: str, said: str
) -> None:
    result = run_in_clinic(f"series {command} {ASK} {line}")
    assert result.exit_code == 2
    assert said in plain(result)
    assert not result.stdout


def test_a_demanded_therapist_may_come_first_and_is_kept(run_in_clinic: Run) -> None:
    line = f"series propose {ASK} --therapist therapist-2 --first wished_therapist --limit 1 --json"
    [proposal] = json.loads(run_in_clinic(line).stdout)["proposals"]
    assert {"name": "wished therapist", "value": "kept"} in proposal["preferences"]


def test_propose_refuses_nonsense_with_exit_2_and_its_reasons(run_in_clinic: Run) -> None:
    result = run_in_clinic("series propose --patient nobody --protocol im_kap_3 --json")
    assert result.exit_code == 2
    document = json.loads(result.stdout)
    assert [reason["code"] for reason in document["reasons"]] == ["unknown_patient"]


def test_a_proposal_that_declines_nothing_may_say_so(run_in_clinic: Run, tmp_path: Path) -> None:
    [proposal] = json.loads(run_in_clinic(f"series propose {ASK} --limit 1 --json").stdout)["proposals"]
    file = tmp_path / "proposal.json"
    file.write_text(json.dumps({**proposal, "declined": None}))
    assert run_in_clinic(f"series book --proposal {file}").exit_code == 0


def test_book_with_one_key_books_once(run_in_clinic: Run) -> None:
    first = json.loads(run_in_clinic(f"series book {ASK} --key abc --json").stdout)
    second = json.loads(run_in_clinic(f"series book {ASK} --key abc --json").stdout)
    assert first["series"]["id"] == second["series"]["id"]


def test_book_refuses_nonsense_in_words(run_in_clinic: Run) -> None:
    result = run_in_clinic("series book --patient nobody --protocol im_kap_3")
    assert result.exit_code == 2
    assert "There is no patient 'nobody'" in plain(result)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no proposal"),
        ("[]", "no proposal"),
        ('{"proposals": []}', "no proposal"),
        ('{"patient": "patient-1"}', "protocol, visits"),
        ('{"patient": "patient-1", "protocol": "im_kap_3", "visits": [{"step": "P1"}]}', "cannot be read"),
        (
            '{"patient": "p", "protocol": "k", "visits": '
            '[{"step": "P1", "start": "2027-01-05T10:00", "room": null, "staff": {}}]}',
            "no time zone",
        ),
        (a_proposal(declined=[["D1"]]), "cannot be read"),
        (a_proposal(declined="D1"), "cannot be read"),
        (a_proposal(patient=5), "cannot be read"),
        (a_proposal(visits={"P1": {}}), "cannot be read"),
        (a_proposal(wishes={"weekdays": ["monday"]}), "cannot be read"),
        (a_proposal(wishes={"between": ["09:00"]}), "cannot be read"),
        (a_proposal(wishes={"between": ["9 am", None]}), "cannot be read"),
        (a_proposal(wishes={"from": "9999-12-31"}), "cannot be read"),
        (a_proposal(wishes={"therapist": 5}), "cannot be read"),
        (a_proposal(wishes=["mon"]), "cannot be read"),
        (a_proposal(visits=[a_visit(room=["office-1"])]), "cannot be read"),
        (a_proposal(visits=[a_visit(staff={"therapist": None})]), "cannot be read"),
        (a_proposal(visits=[a_visit(start="9999-12-31T23:00:00-10:00")]), "cannot be read"),
        (a_proposal(visits=[a_visit(start="0001-01-01T00:00:00+10:00")]), "cannot be read"),
    ],
)
def test_book_says_what_is_wrong_with_a_file(
    run_in_clinic: Run, tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "proposal.json"
    file.write_text(content)
    result = run_in_clinic(f"series book --proposal {file}")
    assert result.exit_code == 1
    assert said in plain(result)


def test_book_says_when_there_is_no_file(run_in_clinic: Run, tmp_path: Path) -> None:
    result = run_in_clinic(f"series book --proposal {tmp_path}/none.json")
    assert result.exit_code == 1
    assert "none.json: No such file" in plain(result)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("series propose --patient p --protocol k --from tomorrow", "2026-12-03"),
        ("series propose --patient p --protocol k --from 9999-12-31", "cannot be meant"),
        ("reminders dispatch --now 9999-12-31T23:59:59Z", "not an instant"),
        ("reminders dispatch --now 0001-01-01T00:00:00+10:00", "not an instant"),
        ("series book --patient patient-1", "--protocol"),
        ("series propose --protocol k", "--patient"),
        (f"series propose {ASK} --weekdays monday", "mon,tue,wed"),
        (f"series propose {ASK} --between 9", "09:00-12:30"),
        (f"series propose {ASK} --between 9am-noon", "09:00-12:30"),
        (f"series propose {ASK} --between 09:00-25:00", "09:00-12:30"),
        (f"series propose {ASK} --between -", "09:00-12:30"),
    ],
)
def test_words_that_cannot_be_read_are_said(run_in_clinic: Run, line: str, said: str) -> None:
    result = run_in_clinic(line)
    assert result.exit_code == 2
    assert said in plain(result)
