"""Calendars elsewhere that say when staff are taken: those of one person, for the front desk, and one's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from markupsafe import Markup
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from scheduler.access.permissions import Permission
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.reach import site_of
from scheduler.booking.take_busy_times import BusyTimesTaken
from scheduler.config import Settings
from scheduler.domain.errors import NotFound
from scheduler.domain.people import StaffMember
from scheduler.domain.places import Site
from scheduler.feeds.busy.addresses import LONGEST_ADDRESS
from scheduler.feeds.busy.content import UnusableCalendar
from scheduler.feeds.busy.sealing import AddressSeal
from scheduler.feeds.busy.sources import (
    LONGEST_NAME,
    NewAddress,
    NewFile,
    SourceAdded,
    add_address,
    add_file,
    may_manage,
    refresh_source,
    remove_source,
)
from scheduler.store.busy_sources import BusySource, SourceKind, busy_source, busy_sources_of, times_of
from scheduler.store.site_facts import facts_of
from scheduler.store.work import reading
from scheduler.web.forms import faults
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.posted_form import PostedForm
from scheduler.web.retelling import as_read
from scheduler.web.speech import later, said
from scheduler.web.words import count_words, day_in, moment_in

pages = Blueprint("busy", __name__)

_NAME = [Length(max=LONGEST_NAME, message=later("Enter at most %(most)s characters", most=LONGEST_NAME))]


class AddressForm(PostedForm):
    """The address of a calendar, and a word for it."""

    address = StringField(
        later("iCal address"),
        [
            InputRequired(later("Enter the calendar's iCal address")),
            Length(max=LONGEST_ADDRESS, message=later("Enter a shorter address")),
        ],
    )
    address_name = StringField(later("What to call it"), _NAME)


class FileForm(PostedForm):
    """A calendar as a file, and a word for it."""

    file = FileField(
        later("Calendar file"), [FileRequired(later("Choose a calendar file, such as rota.ics"))]
    )
    file_name = StringField(later("What to call it"), _NAME)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One calendar as the page tells it: how it stands in a word and its tone, and what there is to know, in sentences."""

    source: BusySource
    state: str
    tone: str
    sentences: tuple[str, ...]

    @property
    def is_fetched(self) -> bool:
        """Whether it has an address to look at again."""
        return self.source.kind is SourceKind.ADDRESS


@dataclass(frozen=True, slots=True)
class _Forms:
    address: AddressForm
    file: FileForm


@pages.get("/staff/<person>/calendars")
@needs(Permission.MANAGE_BUSY_CALENDARS)
def calendars(person: str) -> ResponseReturnValue:
    """Show the calendars of a member of staff."""
    return _page(person), 200


@pages.post("/staff/<person>/calendars")
@needs(Permission.MANAGE_BUSY_CALENDARS)
def change(person: str) -> ResponseReturnValue:
    """Add one by address or as a file, look again, or remove one: the button says which."""
    return _changed(person)


@pages.get("/my-calendars")
@needs(Permission.MANAGE_OWN_BUSY_CALENDARS)
def my_calendars() -> ResponseReturnValue:
    """Show one's own."""
    return _page(_oneself()), 200


@pages.post("/my-calendars")
@needs(Permission.MANAGE_OWN_BUSY_CALENDARS)
def change_mine() -> ResponseReturnValue:
    """Do the same with one's own."""
    return _changed(_oneself())


def _oneself() -> str:
    """Return the member of staff behind the account. Raises `NotFound` when there is none."""
    person = actor().staff
    if person is None:
        raise NotFound("nobody of the staff is behind this account")
    return person


def _changed(person: str) -> ResponseReturnValue:
    acts = {"address": _add_address, "file": _add_file, "refresh": _refresh, "remove": _remove}
    act = acts.get(request.form.get("act", ""))
    if act is None:
        abort(400)
    _found(person)
    return act(person)


def _add_address(person: str) -> ResponseReturnValue:
    form = AddressForm(request.form)
    settings: Settings = current_app.extensions["trellis_settings"]
    if form.validate():
        new = NewAddress(person, form.address.data or "", form.address_name.data or "", settings.public_url)
        try:
            outcome = add_address(new, AddressSeal(settings.secret_key), actor(), current_clock())
        except UnusableCalendar as problem:
            form.address.errors = [as_read(str(problem))]
        else:
            return _told(person, outcome, said("Added. It is read within a minute; look again then."))
    return _page(person, _Forms(form, FileForm(None)), form), 422


def _add_file(person: str) -> ResponseReturnValue:
    form = FileForm()
    if form.validate():
        text = form.file.data.read().decode("utf-8", errors="replace")
        try:
            outcome = add_file(NewFile(person, text, form.file_name.data or ""), actor(), current_clock())
        except UnusableCalendar as problem:
            form.file.errors = [as_read(str(problem))]
        else:
            return _told(person, outcome, said("Added."))
    return _page(person, _Forms(AddressForm(None), form), form), 422


def _refresh(person: str) -> ResponseReturnValue:
    outcome = refresh_source(_chosen(person).id, actor(), current_clock())
    return _told(person, outcome, said("It is read again within a minute; look again then."))


def _remove(person: str) -> ResponseReturnValue:
    outcome = remove_source(_chosen(person).id, actor(), current_clock())
    return _told(person, outcome, said("Removed: its times are free again."))


def _told(
    person: str, outcome: SourceAdded | BusySource | BusyTimesTaken | NotAllowed, done: str
) -> ResponseReturnValue:
    if isinstance(outcome, NotAllowed):
        abort(403)
    taken = outcome.taken if isinstance(outcome, SourceAdded) else outcome
    tone = "good"
    if isinstance(taken, BusyTimesTaken) and taken.conflicts:
        found = said("Among the conflicts now: %(new)s.", new=count_words(taken.conflicts, "new one"))
        done, tone = f"{done} {found}", "missing"
    elif isinstance(taken, BusyTimesTaken) and taken.resolved:
        found = said("Resolved by this: %(conflicts)s.", conflicts=count_words(taken.resolved, "conflict"))
        done = f"{done} {found}"
    flash(done, tone)
    return redirect(_address_of(person), 303)


def _chosen(person: str) -> BusySource:
    with reading():
        source = busy_source(request.form.get("source", ""))
    if source.staff != person:
        raise NotFound("this calendar is somebody else's")
    return source


def _found(person: str) -> tuple[Site, StaffMember]:
    with reading():
        facts = facts_of(site_of(actor()).id)
    if person not in facts.staff:
        raise NotFound("nobody of this id works here")
    if not may_manage(actor(), person, facts.site.id):
        abort(403)
    return facts.site, facts.staff[person]


def _page(person: str, forms: _Forms | None = None, wrong: PostedForm | None = None) -> str:
    site, found = _found(person)
    now = current_clock().now()
    with reading():
        sources = busy_sources_of(person)
        lines = [told(source, len(times_of(source).found), site.zone, now) for source in sources]
    return render_template(
        "calendars.html",
        person=found,
        site=site,
        lines=lines,
        forms=forms or _Forms(AddressForm(None), FileForm(None)),
        faults=faults(wrong) if wrong is not None else [],
        here=_address_of(person),
        is_own=_is_own(),
    )


def _is_own() -> bool:
    return request.endpoint in {"busy.my_calendars", "busy.change_mine"}


def _address_of(person: str) -> str:
    return url_for("busy.my_calendars") if _is_own() else url_for("busy.calendars", person=person)


def told(source: BusySource, times: int, zone: str, now: datetime) -> SourceLine:
    """Return how a calendar is doing, in words; `times` is how many stretches it says."""
    sentences = list(_sentences(source, times, zone, now))
    if source.problem:
        return SourceLine(source, said("○ Not read"), "missing", tuple(sentences))
    if source.last_good_at is None:
        return SourceLine(source, said("Not read yet"), "quiet", (said("It is read within a minute."),))
    if source.read_until and source.read_until <= now:
        return SourceLine(source, said("○ Over"), "missing", tuple(sentences))
    return SourceLine(source, said("● Counts"), "good", tuple(sentences))


def _sentences(source: BusySource, times: int, zone: str, now: datetime) -> Iterator[str]:
    if source.problem and source.last_tried_at:
        # What was wrong is told in English, as the reader of calendars put it.
        yield Markup("%s: %s") % (moment_in(source.last_tried_at, zone), as_read(source.problem))
    if source.last_good_at:
        yield _read(source, moment_in(source.last_good_at, zone), count_words(times, "time"))
    if source.remark:
        yield as_read(source.remark)
    if source.kind is SourceKind.FILE and source.read_until:
        until = day_in(source.read_until, zone)
        yield said("It counts until %(day)s; upload a newer file before.", day=until)
    if source.problem and source.next_try_at and source.next_try_at > now:
        yield said("Tried again %(when)s.", when=moment_in(source.next_try_at, zone))


def _read(source: BusySource, when: str, times: str) -> str:
    if source.kind is SourceKind.ADDRESS:
        told = said("Last read %(when)s: %(times)s kept.", when=when, times=times)
    else:
        told = said("Read %(when)s: %(times)s kept.", when=when, times=times)
    still = said("They still count.") if source.problem else ""
    return f"{told} {still}".rstrip()
