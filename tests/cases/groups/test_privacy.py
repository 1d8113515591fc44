"""Nothing that a member receives names another member, or says that there is a group; every byte is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_members_visits import BookMembersVisits, book_members_visits
from scheduler.domain.errors import NotFound
from scheduler.feeds.subscriptions import SubscriptionRequest, make_subscription
from scheduler.reminders.dispatch import dispatch
from scheduler.store.reminders import all_reminders
from scheduler.store.subscriptions import SubscriptionKind
from tests.booking.small_clinic import MONDAY
from tests.cases.groups.group_clinic import COHORT, NAMES, at, visit_of
from tests.cases.groups.group_floor import group_visit
from tests.feeds.privacy import assert_gives_nothing_away
from tests.reminders.recording import RecordingChannel

SIX = range(1, 7)


def about_others(place: int) -> Iterator[str]:
    """Yield whatever tells of another member or of the group."""
    yield from ("tuesday", "group", "cohort", "member", COHORT, group_visit().id)
    for other in range(1, 8):
        if other != place:
            family = NAMES[other - 1]
            yield from (family, f"{family[:2]}rin", f"patient-{other}")
    for other in SIX:
        if other != place:
            yield visit_of(other, "GD1").id


def sent_until_the_first_dose() -> RecordingChannel:
    """Send everything that is due from the booking to the morning of the first dose."""
    channel = RecordingChannel()
    now, until = MONDAY + timedelta(minutes=1), group_visit().start
    while now < until:
        dispatch(now, channel)
        now += timedelta(hours=6)
    return channel


@pytest.mark.usefixtures("group")
def test_messages_tell_each_member_of_their_own_visits_alone() -> None:
    book_members_visits(BookMembersVisits(COHORT), SYSTEM, at())
    sent = sent_until_the_first_dose().sent
    for place in SIX:
        address = f"{NAMES[place - 1].casefold()}@example.org"
        theirs = [message for message in sent if message["To"] == address]
        assert len(theirs) > 3
        for message in theirs:
            assert_gives_nothing_away(message.as_bytes(), about_others(place))
    assert {message["To"] for message in sent} == {f"{NAMES[n - 1].casefold()}@example.org" for n in SIX}


@pytest.mark.usefixtures("group")
def test_the_group_itself_is_sent_nothing() -> None:
    sent_until_the_first_dose()
    about_group = {one.appointment for one in all_reminders()} & {group_visit().id}
    assert not about_group
    with pytest.raises(NotFound):
        make_subscription(SubscriptionRequest(SubscriptionKind.PATIENT, COHORT, ""), SYSTEM, at())


def test_calendars_of_members_tell_of_their_own_time_alone(group_with_pages: Flask) -> None:
    client = group_with_pages.test_client()
    for place in SIX:
        with group_with_pages.app_context():
            subject = f"patient-{place}"
            asked = (
                SubscriptionRequest(SubscriptionKind.PATIENT, subject, "", busy_only=only)
                for only in (False, True)
            )
            paths = [make_subscription(one, SYSTEM, at()) for one in asked]
            others = list(about_others(place))
        for path in paths:
            answer = client.get(str(path))
            assert answer.data.count(b"BEGIN:VEVENT") == 10
            headers = "\n".join(f"{name}: {value}" for name, value in answer.headers)
            assert_gives_nothing_away(answer.data, others)
            assert not any(word.casefold() in headers.casefold() for word in others)


def test_calendars_of_staff_and_rooms_show_the_groups_visit_once_and_no_member(
    group_with_pages: Flask,
) -> None:
    client = group_with_pages.test_client()
    for kind, subject in (
        (SubscriptionKind.STAFF, "therapist-1"),
        (SubscriptionKind.STAFF, "therapist-2"),
        (SubscriptionKind.ROOM, "group-1"),
    ):
        with group_with_pages.app_context():
            path = make_subscription(SubscriptionRequest(kind, subject, ""), SYSTEM, at())
        answer = client.get(str(path))
        assert answer.data.count(b"BEGIN:VEVENT") == 10
        text = answer.text.casefold()
        assert not any(name.casefold() in text for name in NAMES)
