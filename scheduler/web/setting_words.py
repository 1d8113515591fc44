"""What settings of a site and their values are called on the pages."""

from __future__ import annotations

from scheduler.domain.reminder_times import QUANTITIES
from scheduler.domain.site_settings import NUMBERS
from scheduler.web.retelling import retold
from scheduler.web.speech import Spoken, mark, said

_QUANTITIES = {one.name: one.title for one in (*NUMBERS, *QUANTITIES)}

_TITLES = Spoken(
    {
        "language": mark("Language of patients of whom none is known"),
        "holiday_region": mark("Region whose public holidays are proposed"),
        "urgent_help": mark("Whom patients call in urgent need"),
        "calendar_words.patient": mark("What follows the code in calendars"),
        "calendar_words.dosing": mark("Code for dosing in calendars"),
        "calendar_words.preparation": mark("Code for preparation in calendars"),
        "calendar_words.integration": mark("Code for integration in calendars"),
        "calendar_words.screening": mark("Code for screening in calendars"),
        "calendar_words.review": mark("Code for review in calendars"),
        "calendar_words.contact": mark("Code for contact in calendars"),
    }
)

_MESSAGES = Spoken(
    {
        "confirmation": mark("confirmation"),
        "preparation": mark("preparation"),
        "three_days": mark("three days"),
        "one_day": mark("one day"),
        "same_day": mark("same day"),
        "change": mark("change"),
        "escort_day": mark("escort day"),
        "escort_hour": mark("escort hour"),
    }
)

_FORMS = Spoken({"mail": mark("mail"), "text": mark("text")})

_SHOWN = Spoken(
    {
        "initials": mark("initials"),
        "id": mark("id"),
        "first_name": mark("first name"),
        "nothing": mark("nothing"),
    }
)
"""What follows a code in calendars."""


def title_of(name: str) -> str:
    """Return what a setting is called on the pages."""
    room, _, rest = name.partition(".")
    if name in _QUANTITIES:
        return retold(_QUANTITIES[name])
    if name in _TITLES:
        return _TITLES[name]
    language, form, kind = rest.split(".")
    return said(
        "Words of the %(form)s about %(message)s, in %(language)s",
        form=_FORMS.get(form, form),
        message=_MESSAGES.get(kind, kind.replace("_", " ")),
        language=language,
    )


def value_of(value: object, name: str = "") -> str:
    """Return the value of the setting of this name as a page tells it."""
    if value in ("", None):
        return said("none")
    if name == "calendar_words.patient":
        return _SHOWN.get(str(value), str(value))
    return str(value).replace("_", " ")
