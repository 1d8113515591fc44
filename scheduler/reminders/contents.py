"""What a message that is about to leave has to say, as things stand at that moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from scheduler.domain.contact import ContactWay
from scheduler.domain.errors import InvalidValue
from scheduler.domain.treatment import StepKind
from scheduler.feeds.invitations import Organizer, invitation_to
from scheduler.reminders.addresses import mailbox
from scheduler.reminders.changes import NEWS_BEHIND, change_of
from scheduler.reminders.due import reminder_of
from scheduler.reminders.items_needed import needs_an_item
from scheduler.reminders.messages import Letter, MovedLine, VisitLine
from scheduler.reminders.policy import MessageKind, PlannedMessage, confirmation_for
from scheduler.reminders.ways import address_by
from scheduler.reminders.words.spoken import spoken
from scheduler.store.around_visits import NOTHING_AROUND, Surroundings, surroundings
from scheduler.store.contacts import Contacts, contacts
from scheduler.store.invitations import invitations_wanted, invited_to
from scheduler.store.reminder_facts import AwaitedVisit, awaited_of_series_with, awaited_visits
from scheduler.store.reminders import Lease
from scheduler.store.told import News, Saying, news_for
from scheduler.store.work import reading

_OF_SEVERAL = (MessageKind.CONFIRMATION, MessageKind.CHANGE)
"""These may speak of several visits; each other speaks of the one that it hangs on."""

_WITH_INVITATIONS = (MessageKind.CONFIRMATION, MessageKind.CHANGE)
"""Reminders bring none: what stands in the calendar has not changed."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a message says, to whom, when it may leave, and what will have been told by it.

    The recipient of the letter is empty where the patient must not be written to by this way any more.
    """

    addressee: AwaitedVisit
    planned: PlannedMessage
    sayings: tuple[Saying, ...]
    letter: Letter


@dataclass(frozen=True, slots=True)
class Office:
    """From where messages come.

    `sender` is the address they are sent from, `answers_to` the one at which answers to invitations are read, `None` where
    nobody reads any.
    """

    sender: str
    answers_to: str | None


def contents_of(leases: Sequence[Lease], now: datetime, office: Office) -> dict[int, Contents]:
    """Return what messages say, by the id of the lease; without those that have nothing to say any more."""
    with reading():
        visits = _visits_of(leases)
        found = {lease.id: words for lease in leases if (words := _words_of(lease, now, visits))}
        known_of = contacts(words.addressee.patient for words in found.values())
        return {
            lease.id: _addressed(found[lease.id], lease, now, office, known_of)
            for lease in leases
            if lease.id in found
        }


@dataclass(frozen=True, slots=True)
class _Visits:
    """The visits to come that single messages are about, and what stands around each."""

    by_id: Mapping[str, AwaitedVisit]
    around: Mapping[str, Surroundings]


def _visits_of(leases: Sequence[Lease]) -> _Visits:
    visits = awaited_visits({lease.appointment for lease in leases if lease.kind not in _OF_SEVERAL})
    return _Visits({visit.appointment: visit for visit in visits}, surroundings(visits))


def _addressed(
    contents: Contents, lease: Lease, now: datetime, office: Office, known_of: Contacts
) -> Contents:
    """Return a message with where it goes, and what it brings for the patient's calendar."""
    kind = MessageKind(lease.kind)
    address = address_by(lease.channel, contents.addressee, kind, known_of)
    contents = replace(contents, letter=replace(contents.letter, recipient=address))
    if lease.channel != ContactWay.EMAIL or kind not in _WITH_INVITATIONS:
        return contents
    return _with_invitations(contents, lease, now, office)


def _words_of(lease: Lease, now: datetime, visits: _Visits) -> Contents | None:
    if lease.kind == MessageKind.CHANGE:
        news = news_for(lease, now, since=now - NEWS_BEHIND)
        # What came too late for some is left to a message of its own, which is recorded and never sent.
        useful = tuple(one for one in news if max(one.times) > now)
        return _change(lease, useful or news) if news else None
    if lease.kind == MessageKind.CONFIRMATION:
        ahead = awaited_of_series_with(lease.appointment, after=now)
        if not ahead:
            return None
        return _plain(lease, ahead, confirmation_for(ahead[0].created_at, ahead[-1].start))
    visit = visits.by_id.get(lease.appointment)
    if visit is None or visit.start != lease.visit_start:
        return None
    around = visits.around.get(visit.appointment, NOTHING_AROUND)
    kind = MessageKind(lease.kind)
    planned = reminder_of(kind, visit, around)
    if planned is None:
        return None
    contents = _plain(lease, (visit,), planned)
    needed = contents.letter.visits if needs_an_item(visit, kind, now) else ()
    return replace(contents, letter=replace(contents.letter, needed=needed))


def _plain(lease: Lease, visits: tuple[AwaitedVisit, ...], planned: PlannedMessage) -> Contents:
    """Return what tells of visits as they stand."""
    first = visits[0]
    return Contents(
        addressee=first,
        planned=planned,
        sayings=tuple(News(visit, None).saying for visit in visits),
        letter=_letter(lease, first, visits=tuple(line_of(visit, visit.start) for visit in visits)),
    )


def _change(lease: Lease, news: tuple[News, ...]) -> Contents:
    """Return what tells how visits differ from what was told."""
    visits, moved, called_off = [], [], []
    for one in news:
        now = line_of(one.visit, one.saying.start)
        if not one.visit.stands:
            called_off.append(now)
        elif one.known is None or not one.known.stands:
            visits.append(now)
        else:
            moved.append(MovedLine(line_of(one.visit, one.known.start), now))
    addressee = news[0].visit
    return Contents(
        addressee=addressee,
        planned=change_of(news),
        sayings=tuple(one.saying for one in news),
        letter=_letter(
            lease, addressee, visits=tuple(visits), moved=tuple(moved), called_off=tuple(called_off)
        ),
    )


def _with_invitations(contents: Contents, lease: Lease, now: datetime, office: Office) -> Contents:
    """Return a message with an entry for the calendar for each visit that it speaks of.

    What an earlier message brought into the calendar is kept right there, also where no further entries are wanted. What was
    never brought is not taken out.
    """
    addressee, sayings = contents.addressee, contents.sayings
    try:
        attendee = mailbox(contents.letter.recipient).addr_spec
    except InvalidValue:
        return contents  # refused when it is composed, which says so
    wanted = invitations_wanted(addressee.patient, lease.recipient_hash, now)
    there = invited_to([one.appointment for one in sayings], lease.recipient_hash)
    organizer = Organizer(
        addressee.public_name, office.answers_to or office.sender, reads_answers=office.answers_to is not None
    )
    noted, invitations = [], []
    for one in sayings:
        invitation = None
        if one.appointment in there or (wanted and one.stands):
            invitation = invitation_to(one.appointment, attendee, organizer, now)
        if invitation is not None:
            invitations.append(invitation)
        noted.append(replace(one, invited=invitation is not None))
    letter = replace(
        contents.letter, invitations=tuple(invitations), answers_are_read=organizer.reads_answers
    )
    return replace(contents, sayings=tuple(noted), letter=letter)


def _letter(
    lease: Lease,
    addressee: AwaitedVisit,
    *,
    visits: tuple[VisitLine, ...],
    moved: tuple[MovedLine, ...] = (),
    called_off: tuple[VisitLine, ...] = (),
) -> Letter:
    return Letter(
        reference=reference_of(lease),
        kind=MessageKind(lease.kind),
        recipient=addressee.email,
        public_name=addressee.public_name,
        phone=addressee.phone,
        address=addressee.address,
        visits=visits,
        moved=moved,
        called_off=called_off,
        language=spoken(*addressee.languages).code,
        chosen=addressee.words,
    )


def line_of(visit: AwaitedVisit, start: datetime) -> VisitLine:
    """Return the line of a visit: where one comes to, its own time counts; where one is called, the patient's."""
    by_phone = visit.kind is StepKind.CONTACT
    return VisitLine(start, visit.patient_zone if by_phone else visit.site_zone, by_phone)


def reference_of(lease: Lease) -> str:
    """Return a name for the message that is always the same for the same ledger row and tells nothing."""
    key = (lease.appointment, lease.version, lease.kind, lease.channel, lease.recipient_hash)
    return sha256(repr(key).encode()).hexdigest()[:32]
