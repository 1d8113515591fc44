"""What is kept of a site, brought up to date again and again, says what making all of it anew says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.claim_book import ClaimBook
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval
from scheduler.domain.people import Credential, Role
from scheduler.domain.treatment import SiteCover
from scheduler.planner.shapes import shape_of
from scheduler.planner.supply import Scarcity, SiteSupply
from scheduler.planner.timeline import SLOT, Grid, relisted, set_slots
from tests.builders import (
    a_claim,
    a_dosing_step,
    a_nurse,
    a_prescriber,
    a_room,
    a_site,
    a_therapist,
    an_integration_step,
    an_office,
    weekdays,
)

GRID = Grid(datetime(2026, 12, 1, tzinfo=UTC), 4)
BOTH = frozenset({Role.THERAPIST, Role.MEDICAL_MONITOR})
NURSE = a_nurse("nurse-1")
GUIDE = a_therapist("therapist-2", hours=weekdays("08:00", "13:00"))
STAFF = {
    person.id: person
    for person in (
        a_therapist("therapist-1", credentials=(*GUIDE.credentials, *NURSE.credentials)),
        # One of those who guide may also watch, and nobody does both.
        replace(GUIDE, roles=BOTH, may_watch=1, credentials=(*GUIDE.credentials, *NURSE.credentials)),
        NURSE,
        # Gives the drug beside somebody who watches.
        a_nurse("nurse-2", roles=frozenset({Role.ADMINISTERING_CLINICIAN})),
        a_prescriber(may_supervise=2),
    )
}
ROOMS = {room.id: room for room in (a_room("dosing-1"), an_office("office-1"))}
# Of the five who hold it, one goes home at one: from then on, everybody else must be at work.
DOSE = a_dosing_step("D1", site_cover=(SiteCover("acls", 4, "administration", "discharge"),))
SHAPES = tuple(
    map(
        shape_of,
        (
            DOSE,
            an_integration_step("I1"),
            replace(DOSE, hands_over=frozenset({Role.MEDICAL_MONITOR}), site_cover=()),
            replace(an_integration_step("I2"), keeps_one_therapist=False),
        ),
    )
)
WHOM = (None, "therapist-1", "therapist-2", "nobody")
LANES = (
    *((resource, Purpose.OCCUPY) for resource in (*STAFF, *ROOMS)),
    *((nurse, Purpose.WATCH) for nurse in ("nurse-1", "therapist-2")),
    ("prescriber-1", Purpose.ON_PREMISES),
)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """Draw a claim on a room or somebody, mostly on the grid."""
    resource, purpose = draw(st.sampled_from(LANES))
    # While the site is open, mostly: from three in the afternoon until one at night, UTC.
    hour = draw(st.integers(-1, GRID.days)) * 24 + draw(st.integers(13, 25))
    start = GRID.origin + timedelta(hours=hour, minutes=draw(st.sampled_from([0, 5, 30])))
    length = timedelta(minutes=draw(st.sampled_from([5, 15, 60, 300])))
    visit = draw(st.sampled_from(["one", "two", "three"]))
    role = draw(st.sampled_from([Role.THERAPIST, Role.MEDICAL_MONITOR]))
    return Claim(resource, purpose, Interval.lasting(start, length), visit, role=role)


def a_supply(book: ClaimBook) -> SiteSupply:
    """Make a supply of which nothing is known yet."""
    return SiteSupply(a_site(), ROOMS, STAFF, GRID, book)


def said(supply: SiteSupply, asked: tuple[tuple[int, str | None], ...]) -> list[object]:
    """Return what a supply says of visits by number and therapist."""
    found: list[object] = [supply.set_ups]
    for number, whom in asked:
        shape = SHAPES[number]
        found += [supply.starts(shape, whom), list(supply.listed(shape, whom))]
        found.append(supply.starts(shape, whom, frozenset({Scarcity.ROOM})))
        for role in shape.turns:
            found += [supply.starts_with(person, shape, role) for person in supply.having(role, whom)]
        found += [supply.starts_in(room, shape) for room in supply.fit_rooms(shape)]
        # The visits of two series in which this one stands beside others.
        for series in (SHAPES[: number + 1], SHAPES[number:]):
            found.append([list(starts) for starts in supply.row(tuple(series), whom)])
        found.append(supply.offered(shape, whom))
    return found


EVERYTHING = tuple((number, whom) for number in range(len(SHAPES)) for whom in WHOM)
ASKED = st.one_of(st.just(EVERYTHING), st.lists(st.sampled_from(EVERYTHING), max_size=4).map(tuple))


def test_what_only_the_patient_claims_leaves_a_supply_as_it_is() -> None:
    book, theirs = ClaimBook.of([]), a_claim("patient-1", Purpose.OCCUPY, Interval.lasting(GRID.origin, SLOT))
    supply = a_supply(book)
    assert supply.after(book.beside(ClaimBook.of([theirs]))) is supply
    in_use = replace(theirs, resource="dosing-1")
    assert supply.after(book.beside(ClaimBook.of([in_use]))) is not supply
    # What was worked out to explain something is let go of.
    supply.starts(SHAPES[0], None, frozenset({Scarcity.ROOM}))
    assert supply.after(book) is not supply


LOST = st.frozensets(st.sampled_from(["acls", "rn_licence", "prescriber_licence"]), min_size=1)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.lists(claims(), max_size=3), st.sampled_from(["", "one", "two"]), ASKED), max_size=5
    )
)
def test_what_is_brought_up_to_date_is_what_is_made_anew(
    changes: list[tuple[list[Claim], str, tuple[tuple[int, str | None], ...]]],
) -> None:
    supply = a_supply(ClaimBook.of([]))
    assert said(supply, EVERYTHING) == said(a_supply(ClaimBook.of([])), EVERYTHING)
    for come, gone, asked in changes:
        before, known = supply, said(supply, asked)
        supply = supply.after(supply.book.leaving_out(frozenset({gone})).entering(come))
        assert said(supply, asked) == said(a_supply(supply.book), asked)
        # What was there before is never changed.
        assert said(before, asked) == known
    assert said(supply, EVERYTHING) == said(a_supply(supply.book), EVERYTHING)


@settings(max_examples=40)
@given(st.lists(claims(), max_size=6), st.sampled_from(sorted(STAFF)), ASKED, LOST)
def test_what_is_conceded_is_what_is_made_anew(
    found: list[Claim], name: str, asked: tuple[tuple[int, str | None], ...], lost: frozenset[str]
) -> None:
    supply = a_supply(ClaimBook.of(found))
    said(supply, asked)
    person, hours = STAFF[name], weekdays("18:00", "20:00")
    longer = replace(person, hours=(*person.hours, *hours))
    conceded = SiteSupply(a_site(), ROOMS, {**STAFF, name: longer}, GRID, supply.book)
    assert said(supply.with_more_work(person, hours), EVERYTHING) == said(conceded, EVERYTHING)

    ends = GRID.at(300).date()
    held = tuple(Credential(one.kind, ends if one.kind in lost else None) for one in person.credentials)
    qualified = {**STAFF, name: replace(person, credentials=held)}
    conceded = SiteSupply(a_site(), ROOMS, qualified, GRID, supply.book)
    assert said(supply.with_credentials(person, held), EVERYTHING) == said(conceded, EVERYTHING)

    more = a_room("dosing-3")
    conceded = SiteSupply(a_site(), {**ROOMS, more.id: more}, STAFF, GRID, supply.book)
    assert said(supply.with_room(more), EVERYTHING) == said(conceded, EVERYTHING)


NUMBERS = st.sets(st.integers(0, 400).map(lambda number: 3 * number), max_size=30)


@given(NUMBERS, NUMBERS)
def test_a_list_made_from_another_is_the_list_of_its_mask(one: set[int], other: set[int]) -> None:
    before, now = (sum(1 << slot for slot in slots) for slots in (one, other))
    if before != now:
        assert list(relisted(set_slots(before, 3), before, now, 3)) == sorted(other)
