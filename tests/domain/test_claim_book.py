"""A book of claims says what a plain list of them says, to the microsecond."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.claim_book import ClaimBook, ClaimsInOrder
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval, from_microseconds, in_microseconds
from scheduler.domain.people import Role
from tests.builders import a_claim, at

START = at("2026-12-01 08:00")
RESOURCES = ("a", "b")
PURPOSES = (Purpose.OCCUPY, Purpose.WATCH)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    """Draw a stretch within three days: on the quarter of an hour, or to the microsecond."""
    unit = draw(st.sampled_from([timedelta(minutes=15), timedelta(minutes=7, microseconds=1)]))
    return Interval.lasting(START + draw(st.integers(0, 288)) * unit, draw(st.integers(1, 96)) * unit)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """Draw a claim of one of a few visits; often two are alike in most that they say."""
    return Claim(
        resource=draw(st.sampled_from(RESOURCES)),
        purpose=draw(st.sampled_from(PURPOSES)),
        interval=draw(intervals()),
        appointment=draw(st.sampled_from(["one", "on", "eono", "", "Åsa\n"])),
        phases=draw(st.sampled_from([(), ("settle",), ("settle", "recovery")])),
        role=draw(st.sampled_from([None, Role.THERAPIST, Role.MEDICAL_MONITOR])),
        lane=draw(st.sampled_from([None, 0, 1])),
    )


LISTS = st.lists(claims(), max_size=20)


def filed(found: list[Claim], resource: str, purpose: Purpose) -> list[Claim]:
    """Return the claims on a resource for a purpose."""
    return [claim for claim in found if (claim.resource, claim.purpose) == (resource, purpose)]


@given(LISTS, intervals())
def test_a_book_answers_what_the_list_answers(found: list[Claim], during: Interval) -> None:
    book = ClaimBook.of(found)
    assert len(book) == len(found)
    assert Counter(book) == Counter(found)
    assert all(claim in book for claim in found)
    assert a_claim("nobody", Purpose.WATCH, during) not in book
    for resource in (*RESOURCES, "c"):
        for purpose in PURPOSES:
            there, expected = book.on(resource, purpose), filed(found, resource, purpose)
            assert Counter(there.found) == Counter(expected)
            assert [c.interval.start for c in there.found] == sorted(c.interval.start for c in expected)
            shared = [claim for claim in expected if claim.interval.overlaps(during)]
            assert Counter(there.during(during)) == Counter(shared)
            durations = (claim.interval.duration for claim in shared)
            assert there.time_during(during) == sum(durations, timedelta(0))


@given(LISTS, LISTS)
def test_a_book_that_more_was_entered_into_says_all_of_it(found: list[Claim], more: list[Claim]) -> None:
    before = ClaimBook.of(found)
    book = before.entering(more)
    assert Counter(book) == Counter([*found, *more])
    assert Counter(before) == Counter(found)


@given(LISTS)
def test_the_order_of_entering_does_not_matter(found: list[Claim]) -> None:
    distinct = list({(*_key(claim), claim.interval.start, claim.lane): claim for claim in found}.values())
    book = ClaimBook.of(distinct)
    assert book == ClaimBook.of(distinct[::-1]) == ClaimBook.of([]).entering(distinct)


@given(LISTS, st.frozensets(st.sampled_from(["one", "on", "", "two"])))
def test_visits_that_are_left_out_are_gone_and_no_others(found: list[Claim], out: frozenset[str]) -> None:
    half = len(found) // 2
    book = ClaimBook.of(found[:half]).entering(found[half:]).leaving_out(out)
    assert Counter(book) == Counter(claim for claim in found if claim.appointment not in out)


@given(LISTS, st.data())
def test_books_are_equal_when_they_say_the_same(found: list[Claim], data: st.DataObject) -> None:
    book = ClaimBook.of(found)
    empty = ClaimBook({("c", Purpose.WATCH): ClaimsInOrder()})
    assert book == book.beside(empty)
    other = data.draw(claims())
    assert book != book.entering([other])
    if found:
        place = data.draw(st.integers(0, len(found) - 1))
        changed = [*found[:place], other, *found[place + 1 :]]
        assert (ClaimBook.of(changed) == book) == (
            Counter(changed) == Counter(found) and list(ClaimBook.of(changed)) == list(book)
        )


@given(st.lists(st.tuples(claims(), st.booleans(), st.integers(0, 9)), max_size=30))
def test_what_comes_and_goes_leaves_nothing_behind(changes: list[tuple[Claim, bool, int]]) -> None:
    there, said = ClaimsInOrder(), list[Claim]()
    for claim, comes, place in changes:
        if comes:
            there, where = there.entering(_together(claim))
            said.insert(where, _together(claim))
        elif said:
            there = there.leaving(place % len(said))
            del said[place % len(said)]
        assert there.found == tuple(said)
        assert len(there.names.added) <= len(said)
    assert there == ClaimsInOrder.of(said)


@given(LISTS, LISTS, LISTS)
def test_only_what_differs_is_told(head: list[Claim], one: list[Claim], other: list[Claim]) -> None:
    books = [ClaimsInOrder.of(_together(claim) for claim in [*head, *mine]) for mine in (one, other)]
    gone, come = books[0].stretches_unlike(books[1])
    stretches = [Counter(zip(book.starts, book.ends, strict=True)) for book in books]
    assert stretches[0] - Counter(gone) + Counter(come) == stretches[1]
    assert books[0].stretches_unlike(books[0]) == ([], [])


@given(LISTS, LISTS)
def test_books_differ_where_one_says_something_else(head: list[Claim], more: list[Claim]) -> None:
    book = ClaimBook.of(head)
    keys = [*dict.fromkeys(map(_key, [*head, *more])), ("nobody", Purpose.OCCUPY)]
    assert book.unlike(book.entering(more), keys) == list(filter({*map(_key, more)}.__contains__, keys))
    assert book.unlike(ClaimBook.of(head), keys) == []


@given(LISTS, LISTS, LISTS)
def test_books_laid_beside_the_same_claims_differ_in_what_was_laid(
    shared: list[Claim], one: list[Claim], other: list[Claim]
) -> None:
    base, laid = ClaimBook.of(shared), [ClaimBook.of(claims) for claims in (one, other)]
    books = [base.beside(book).beside(ClaimBook.of(())) for book in laid]
    keys = list(dict.fromkeys(map(_key, [*shared, *one, *other])))
    unlike = [key for key in keys if books[0].on(*key) != books[1].on(*key)]
    assert books[0].unlike(books[1], keys) == unlike
    assert books[0].unlike(base, keys) == [key for key in keys if books[0].on(*key) != base.on(*key)]


@given(LISTS, LISTS, LISTS)
def test_what_is_plainly_the_same_is_the_same(
    shared: list[Claim], one: list[Claim], other: list[Claim]
) -> None:
    base, laid = ClaimBook.of(shared), [ClaimBook.of(claims) for claims in (one, other)]
    books = [base.beside(book) for book in laid]
    for resource in RESOURCES:
        is_laid = any(claim.resource == resource for claim in (*one, *other))
        assert books[0].is_plainly_the_same_on([{resource}], books[1]) is not is_laid
        if not is_laid:
            assert all(books[0].on(resource, one) == books[1].on(resource, one) for one in PURPOSES)
    assert base.is_plainly_the_same_on([set(RESOURCES)], base)
    # Equal claims entered elsewhere would have to be looked at.
    assert not base.is_plainly_the_same_on([set(RESOURCES)], ClaimBook.of(shared))


@given(LISTS)
def test_times_are_told_by_role(found: list[Claim]) -> None:
    there = ClaimsInOrder.of(filed(found, "a", Purpose.WATCH))
    expected = [claim.interval for claim in there.found if claim.role is Role.THERAPIST]
    told = [Interval(*map(from_microseconds, stretch)) for stretch in there.in_role(Role.THERAPIST)]
    assert told == expected


@given(st.datetimes(timezones=st.just(UTC)))
def test_no_part_of_an_instant_is_lost(instant: datetime) -> None:
    assert from_microseconds(in_microseconds(instant)) == instant


def _key(claim: Claim) -> tuple[str, Purpose]:
    return claim.resource, claim.purpose


def _together(claim: Claim) -> Claim:
    """Return a claim as one on a resource and for a purpose that others are on, too."""
    return replace(claim, resource="a", purpose=Purpose.WATCH)
