"""How a patient is written to, in words for the patient's page."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.contact import Category, Consent, ContactFacts, ContactWay
from scheduler.domain.people import Patient
from scheduler.domain.places import Site
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.ways import address_of, is_wanted
from scheduler.reminders.words.spoken import LANGUAGES, spoken
from scheduler.store.audit import AuditEntry, history
from scheduler.store.contacts import contacts_of, has_opted_out
from scheduler.web.speech import Spoken, mark, said
from scheduler.web.words import moment_in

_NAMES = Spoken({ContactWay.EMAIL: mark("E-mail"), ContactWay.SMS: mark("Text")})
_ABOUT = Spoken(
    {Category.APPOINTMENTS: mark("what is booked and changed"), Category.REMINDERS: mark("reminders")}
)


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """One category by one way: the field's value, what it is called, whether it is wanted, and who recorded that when."""

    value: str
    label: str
    wanted: bool
    recorded: str


@dataclass(frozen=True, slots=True)
class WayLine:
    """One way of writing to a patient: `obstacle` says why nothing goes by it, empty where it is open."""

    value: str
    name: str
    first: bool
    obstacle: str
    categories: tuple[CategoryLine, ...]


def ways_of(patient: Patient, zone: str) -> tuple[WayLine, ...]:
    """Return the ways to a patient with what is recorded of each; for use in one reading."""
    facts = contacts_of(patient.id)
    return tuple(_way(way, patient, facts, zone) for way in ContactWay)


@dataclass(frozen=True, slots=True)
class LanguageLine:
    """One language that a patient may be written to in: the field's value, what it is called, and whether it is theirs."""

    value: str
    name: str
    chosen: bool


def languages_of(patient: Patient, site: Site) -> tuple[LanguageLine, ...]:
    """Return the languages to choose from, that of the site first, and that of the patient with them."""
    of_site = spoken(site.language).name
    choices = {"": said("As the site: %(language)s", language=of_site)} | {
        one.code: one.name for one in LANGUAGES.values()
    }
    if patient.language and patient.language not in choices:
        written = spoken(patient.language, site.language).name
        choices[patient.language] = said(
            "%(code)s: written to in %(language)s", code=patient.language, language=written
        )
    return tuple(LanguageLine(code, name, code == (patient.language or "")) for code, name in choices.items())


def _way(way: ContactWay, patient: Patient, facts: ContactFacts, zone: str) -> WayLine:
    address = address_of(way, patient.email, patient.phone)
    hashed = recipient_hash(address)
    lines = tuple(
        CategoryLine(
            f"{way}-{category}",
            _ABOUT[category],
            bool(address) and is_wanted(facts, way, category, hashed),
            _recorded(facts.consent(way, category, hashed), zone),
        )
        for category in Category
    )
    return WayLine(way.value, _NAMES[way], facts.first is way, _obstacle(way, patient, address), lines)


def _obstacle(way: ContactWay, patient: Patient, address: str) -> str:
    if not address and way is ContactWay.EMAIL:
        return said("No address is known.")
    if not address:
        return (
            said("The number needs + and the country code, such as +1 303 555 0142.")
            if patient.phone
            else said("No number is known.")
        )
    if has_opted_out(way, recipient_hash(address)):
        return said("This number has opted out of texts. Texting START from it undoes that.")
    return ""


def _recorded(consent: Consent | None, zone: str) -> str:
    if consent is None:
        return ""
    when = moment_in(consent.at, zone)
    if consent.given:
        return said("Yes, recorded %(time)s by %(name)s", time=when, name=consent.by)
    return said("No, recorded %(time)s by %(name)s", time=when, name=consent.by)


_DEEDS = Spoken(
    {
        "record_contact": mark("Recorded what the patient wants"),
        "stop_messages": mark("The patient wants no more messages"),
        "opt_out_of_texts": mark("The number has opted out of texts"),
        "opt_in_to_texts": mark("The number takes texts again"),
    }
)


def contact_history(patient: Patient, zone: str) -> tuple[str, ...]:
    """Return what was recorded about messages to a patient, with when and by whom, the last first."""
    entries = (entry for entry in reversed(history("patient", patient.id)) if entry.verb in _DEEDS)
    return tuple(
        said("%(time)s: %(what)s, by %(name)s", time=moment_in(one.at, zone), what=_deed(one), name=one.actor)
        for one in entries
    )


def _deed(entry: AuditEntry) -> str:
    about = str(entry.details.get("about", ""))
    if entry.verb == "stop_messages" and about != "everything":
        return said("The patient wants no more messages about %(what)s", what=_ABOUT[Category(about)])
    parts = []
    if given := _listed(entry, "given"):
        parts.append(said("yes to %(what)s", what=given))
    if refused := _listed(entry, "refused"):
        parts.append(said("no to %(what)s", what=refused))
    return f"{_DEEDS[entry.verb]} ({'; '.join(parts)})" if parts else _DEEDS[entry.verb]


def _listed(entry: AuditEntry, key: str) -> str:
    found = entry.details.get(key)
    return ", ".join(map(str, found)) if isinstance(found, list) else ""
