"""Calendars that go out: who subscribes to whose, new addresses shown once, and their end; for the desk and for oneself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit

import segno
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from scheduler.access.permissions import Permission
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.reach import patient_within_reach, site_of
from scheduler.config import Settings
from scheduler.domain.errors import NotFound
from scheduler.domain.places import Site
from scheduler.feeds.subscriptions import (
    ALARMS,
    GRACE,
    AlreadyMade,
    Gone,
    SubscriptionRequest,
    end_subscription,
    make_subscription,
    rotate_subscription,
)
from scheduler.store import clinic
from scheduler.store.site_facts import facts_of
from scheduler.store.subscriptions import (
    FeedSubscription,
    SubscriptionKind,
    subscription_with,
    subscriptions_of,
)
from scheduler.store.work import reading
from scheduler.web.form_keys import key_sent
from scheduler.web.forms import faults
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.posted_form import PostedForm
from scheduler.web.speech import Spoken, later, mark, said
from scheduler.web.words import moment_in, refused_words

pages = Blueprint("subscriptions", __name__)

LONGEST_NAME = 80

_ALARM_WORDS = Spoken(
    {15: mark("15 minutes before"), 60: mark("an hour before"), 24 * 60: mark("a day before")}
)


class SubscriptionForm(PostedForm):
    """What a new subscription is called, what it shows, and whether the program reminds."""

    name = StringField(
        later("What to call it"),
        [
            InputRequired(later("Enter what to call it, such as My phone")),
            Length(max=LONGEST_NAME, message=later("Enter at most %(most)s characters", most=LONGEST_NAME)),
        ],
    )
    busy_only = BooleanField(later("Times only: every visit is called Busy, and has no place"))
    alarm = SelectField(later("Reminder on the device"))
    carries_address = BooleanField(
        later(
            "The calendar carries its own address, so that a program that got it as a file can keep it up to date"
        )
    )

    def offer(self) -> SubscriptionForm:
        """Fill the choices in, and return the form."""
        offered = [(str(minutes), _ALARM_WORDS[minutes].capitalize()) for minutes in ALARMS]
        self.alarm.choices = [("", said("None")), *offered]
        return self


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose calendar a page is about: `title` heads it, `trail` are the pages above it, each a name and an address."""

    kind: SubscriptionKind
    id: str
    site: Site
    title: str
    trail: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SubscriptionLine:
    """One subscription as the page tells it."""

    id: str
    name: str
    sentences: tuple[str, ...]
    ends: str
    """When the address ends because there is a newer one; empty for one that stands."""


@dataclass(frozen=True, slots=True)
class ShownAddress:
    """A new address, and what calendar programs make of it; lives for one answer alone."""

    https: str

    @property
    def drawn(self) -> Markup:
        """Return the address as a QR code, for the camera of a phone: a drawing without styles, as our policy asks."""
        code = segno.make(self.webcal, error="m", micro=False)
        # Light squares are drawn too: on a dark page a code without them cannot be read.
        drawn = code.svg_inline(
            border=4, dark="#000", light="#fff", svgclass="code", lineclass=None, omitsize=True
        )
        return Markup(drawn)  # noqa: S704 - of our own making: numbers and colours alone

    @property
    def webcal(self) -> str:
        """Return the address as programs on the same device take it."""
        return f"webcal://{self.https.partition('://')[2]}"

    @property
    def google(self) -> str:
        """Return where Google Calendar subscribes."""
        return f"https://calendar.google.com/calendar/r?cid={quote(self.webcal, safe='')}"

    @property
    def outlook(self) -> str:
        """Return where Outlook on the web subscribes."""
        return f"https://outlook.live.com/calendar/0/addfromweb?url={quote(self.https, safe='')}"

    @property
    def is_of_this_machine(self) -> bool:
        """Say whether nobody else can reach the address, as in a trial on one's own machine."""
        return urlsplit(self.https).hostname in {"localhost", "127.0.0.1", "::1"}


@pages.route("/patients/<patient>/subscriptions", methods=["GET", "POST"])
@needs(Permission.MANAGE_SUBSCRIPTIONS)
def of_patient(patient: str) -> ResponseReturnValue:
    """Those of a patient."""
    with reading():
        found = patient_within_reach(actor(), patient)
        if found.stands_for_cohort:
            raise NotFound("a group has no calendar of its own")
        site = clinic.site(found.site)
    trail = ((said("Patients"), "/patients"), (found.name, f"/patients/{found.id}"))
    return _answer(
        Subject(
            SubscriptionKind.PATIENT, found.id, site, said("Calendar of %(name)s", name=found.name), trail
        )
    )


@pages.route("/staff/<person>/subscriptions", methods=["GET", "POST"])
@needs(Permission.MANAGE_SUBSCRIPTIONS)
def of_person(person: str) -> ResponseReturnValue:
    """Those of a member of staff."""
    subject = _person(person)
    trail = ((said("Staff"), "/staff"), (subject.title, f"/staff/{person}"))
    title = said("Calendar of %(name)s", name=subject.title)
    return _answer(Subject(SubscriptionKind.STAFF, person, subject.site, title, trail))


@pages.route("/my-subscriptions", methods=["GET", "POST"])
@needs(Permission.MANAGE_OWN_SUBSCRIPTION)
def my_own() -> ResponseReturnValue:
    """One's own."""
    person = actor().staff
    if person is None:
        raise NotFound("nobody of the staff is behind this account")
    site = _person(person).site
    title, trail = said("Your calendar elsewhere"), ((said("My day"), "/my-day"),)
    return _answer(Subject(SubscriptionKind.STAFF, person, site, title, trail))


@pages.route("/rooms/<room>/subscriptions", methods=["GET", "POST"])
@needs(Permission.MANAGE_SUBSCRIPTIONS)
def of_room(room: str) -> ResponseReturnValue:
    """Those of a room."""
    with reading():
        facts = facts_of(site_of(actor()).id)
    if room not in facts.rooms:
        raise NotFound("there is no room of this id here")
    title = said("Calendar of %(name)s", name=facts.rooms[room].name)
    return _answer(Subject(SubscriptionKind.ROOM, room, facts.site, title, ((said("Places"), "/places"),)))


@pages.route("/site/subscriptions", methods=["GET", "POST"])
@needs(Permission.MANAGE_SUBSCRIPTIONS)
def of_site() -> ResponseReturnValue:
    """Those of the whole site."""
    with reading():
        site = site_of(actor())
    title = said("Calendar of %(name)s", name=site.name)
    return _answer(Subject(SubscriptionKind.SITE, site.id, site, title, ((said("Places"), "/places"),)))


def _person(person: str) -> Subject:
    with reading():
        facts = facts_of(site_of(actor()).id)
    if person not in facts.staff:
        raise NotFound("nobody of this id works here")
    return Subject(SubscriptionKind.STAFF, person, facts.site, facts.staff[person].name)


def _answer(subject: Subject) -> ResponseReturnValue:
    if request.method != "POST":
        return _page(subject, SubscriptionForm(None).offer()), 200
    acts = {"make": _make, "renew": _renew, "revoke": _revoke}
    act = acts.get(request.form.get("act", ""))
    if act is None:
        abort(400)
    return act(subject)


def _make(subject: Subject) -> ResponseReturnValue:
    form = SubscriptionForm(request.form).offer()
    if not form.validate():
        return _page(subject, form), 422
    wanted = SubscriptionRequest(
        subject.kind,
        subject.id,
        _public_url(),
        bool(form.busy_only.data),
        (form.name.data or "").strip(),
        int(form.alarm.data) if form.alarm.data else None,
        key_sent(),
        bool(form.carries_address.data),
    )
    return _shown_once(subject, wanted.name, make_subscription(wanted, actor(), current_clock()))


def _renew(subject: Subject) -> ResponseReturnValue:
    former = _chosen(subject)
    outcome = rotate_subscription(former.id, _public_url(), actor(), current_clock(), key_sent())
    if isinstance(outcome, Gone):
        flash(said("That address does not work any more. Make a new one."), "missing")
        return redirect(request.path, 303)
    return _shown_once(subject, former.name, outcome, former)


def _revoke(subject: Subject) -> ResponseReturnValue:
    former = _chosen(subject)
    if isinstance(end_subscription(former.id, actor(), current_clock()), NotAllowed):
        abort(403)
    flash(
        said(
            "Revoked: its address leads nowhere from now on. What a program has read, it may show for some time."
        ),
        "good",
    )
    return redirect(request.path, 303)


def _shown_once(
    subject: Subject,
    name: str,
    outcome: str | NotAllowed | AlreadyMade | Refused,
    former: FeedSubscription | None = None,
) -> ResponseReturnValue:
    """Answer with the address itself: it is in no redirect and no session, so it is nowhere but on this page."""
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        flash(refused_words(outcome), "missing")
        return redirect(request.path, 303)
    if isinstance(outcome, AlreadyMade):
        flash(
            said(
                "The form came twice, and made one address. It was shown with the first answer; renew it to see another."
            ),
            "missing",
        )
        return redirect(request.path, 303)
    page = render_template(
        "subscribed.html",
        subject=subject,
        name=name or said("Unnamed"),
        address=ShownAddress(outcome),
        former_ends=moment_in(current_clock().now() + GRACE, subject.site.zone) if former else "",
        here=request.path,
    )
    return page, 200, {"Cache-Control": "no-store"}


def _chosen(subject: Subject) -> FeedSubscription:
    with reading():
        found = subscription_with(request.form.get("subscription", ""))
    if (found.kind, found.subject) != (subject.kind, subject.id):
        raise NotFound("this subscription is to another calendar")
    return found


def _page(subject: Subject, form: SubscriptionForm) -> str:
    now = current_clock().now()
    with reading():
        found = subscriptions_of(subject.kind, subject.id)
    return render_template(
        "subscriptions.html",
        subject=subject,
        lines=[told(one, subject.site.zone) for one in found if one.stands_at(now)],
        form=form,
        faults=faults(form) if form.errors else [],
        here=request.path,
    )


def told(one: FeedSubscription, zone: str) -> SubscriptionLine:
    """Return what there is to know of a subscription, in words."""
    parts = [said("Times only") if one.busy_only else said("Everything that this calendar tells")]
    if one.alarm_minutes is None:
        parts.append(said("no reminder on the device"))
    else:
        parts.append(said("a reminder on the device %(when)s", when=_ALARM_WORDS[one.alarm_minutes]))
    if one.carries_address:
        parts.append(
            said("carries its own address, so that whoever gets a copy of it can read it from then on")
        )
    ends = moment_in(one.ends_at, zone) if one.ends_at else ""
    made = said("Made %(when)s.", when=moment_in(one.created_at, zone))
    return SubscriptionLine(
        one.id,
        one.name or said("Unnamed"),
        (
            f"{'; '.join(parts)}.",
            made,
            _read(one, one.last_fetched_at, zone),
        ),
        ends,
    )


def _read(one: FeedSubscription, last: datetime | None, zone: str) -> str:
    if last is None:
        return said("Nothing has read it yet.")
    program = one.last_program or said("a program that gives no name")
    return said("Last read %(when)s by %(program)s.", when=moment_in(last, zone), program=program)


def _public_url() -> str:
    settings: Settings = current_app.extensions["trellis_settings"]
    return settings.public_url
