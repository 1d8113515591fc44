"""All settings of the site on one page: each with unit, range, source, and who changed it when, from what to what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.change_settings import change_settings, preview_change_settings
from scheduler.booking.changing_facts import ChangeOfFacts
from scheduler.booking.reach import site_of
from scheduler.booking.setting_history import SettingChange, setting_changes
from scheduler.domain.calendar_words import KINDS, USUAL_WORDS
from scheduler.domain.places import USUAL_LANGUAGE, Site
from scheduler.domain.reminder_times import QUANTITIES, Quantity
from scheduler.domain.site_settings import NUMBERS, NumbersChosen, numbers_of, settings_of
from scheduler.domain.urgent_help import MOST
from scheduler.store.work import reading
from scheduler.web.forms import faults
from scheduler.web.guard import actor, needs
from scheduler.web.posted_form import PostedForm
from scheduler.web.quantity_fields import field_for, hint_of
from scheduler.web.retelling import retold
from scheduler.web.saving_facts import Saving, shown_or_saved
from scheduler.web.setting_words import title_of, value_of
from scheduler.web.speech import said

pages = Blueprint("settings", __name__)


class NumbersForm(PostedForm):
    """The numbers that a site keeps to, by the names of the table."""

    notice_dosing_hours = field_for("notice_dosing_hours", NUMBERS)
    notice_other_hours = field_for("notice_other_hours", NUMBERS)
    no_decisions_hours = field_for("no_decisions_hours", NUMBERS)
    dormant_days = field_for("dormant_days", NUMBERS)

    def change(self, site: Site) -> NumbersChosen:
        """Return what was entered, of a form that is valid."""
        return NumbersChosen(site.id, tuple((one.name, int(self[one.name].data)) for one in NUMBERS))


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting: its value in words, what it may be, why, where it comes from, and every change of it, latest first."""

    title: str
    value: str
    unit: str
    range: str
    why: str
    is_usual: bool
    changes: tuple[SettingChange, ...]


@dataclass(frozen=True, slots=True)
class SettingGroup:
    """Settings that are changed on one page; `address` is empty for those that have their form here."""

    title: str
    address: str
    lines: tuple[SettingLine, ...]


@pages.route("/site/settings", methods=["GET", "POST"])
@needs(Permission.CHANGE_SETTINGS)
def settings() -> ResponseReturnValue:
    """Show the settings of the site with their history, and choose other numbers."""
    with reading():
        site = site_of(actor())
    if request.method != "POST":
        return _page(site, NumbersForm(None, data=numbers_of(site))), 200
    form = NumbersForm(request.form)
    if not form.validate():
        return _page(site, form), 422
    wanted: ChangeOfFacts[NumbersChosen] = ChangeOfFacts(site.id, form.change(site))
    what = said("The site keeps to other numbers")
    back = url_for("settings.settings")
    return shown_or_saved(Saving(wanted, preview_change_settings, change_settings, what, back))


def _page(site: Site, form: NumbersForm) -> str:
    with reading():
        changes = setting_changes(site)
    return render_template(
        "settings.html",
        site=site,
        form=form,
        faults=faults(form) if form.errors else [],
        numbers=NUMBERS,
        groups=_groups(site, changes),
        changes=changes,
        hint_of=hint_of,
        title_of=title_of,
        value_of=value_of,
    )


def _groups(site: Site, changes: Sequence[SettingChange]) -> tuple[SettingGroup, ...]:
    plain = settings_of(site)
    by_name: dict[str, tuple[SettingChange, ...]] = {}
    for one in changes:
        by_name[one.name] = (*by_name.get(one.name, ()), one)
    numbers = tuple(_of_quantity(one, plain, by_name) for one in NUMBERS)
    times = tuple(_of_quantity(one, plain, by_name) for one in QUANTITIES)
    return (
        SettingGroup(said("Visits and breaks"), "", numbers),
        SettingGroup(said("Times of reminders"), url_for("reminder_times.times"), times),
        SettingGroup(said("Words in calendars"), url_for("calendar_words.words"), _codes(plain, by_name)),
        SettingGroup(
            said("Words of messages"), url_for("message_words.overview"), _words(site, plain, by_name)
        ),
        SettingGroup(said("Public holidays"), url_for("holidays.proposed"), (_region(plain, by_name),)),
        SettingGroup(said("Urgent help"), url_for("urgent_help.urgent_help"), (_urgent(plain, by_name),)),
    )


def _of_quantity(
    one: Quantity, plain: Mapping[str, object], changes: Mapping[str, tuple[SettingChange, ...]]
) -> SettingLine:
    reach = said("%(least)s to %(most)s, usually %(usual)s", least=one.least, most=one.most, usual=one.usual)
    value, is_usual = str(plain[one.name]), plain[one.name] == one.usual
    return SettingLine(
        title_of(one.name),
        value,
        retold(one.unit),
        reach,
        retold(one.why),
        is_usual,
        changes.get(one.name, ()),
    )


def _codes(
    plain: Mapping[str, object], changes: Mapping[str, tuple[SettingChange, ...]]
) -> tuple[SettingLine, ...]:
    usual = USUAL_WORDS.plain()
    why = said("Whoever looks over a shoulder must not read the treatment from a calendar")
    found = []
    for kind in (*KINDS, "patient"):
        name = f"calendar_words.{kind}"
        value = str(plain[name])
        if kind == "patient":
            reach = said(
                "initials, id, first name or nothing, usually %(usual)s", usual=value_of(usual[kind], name)
            )
        else:
            reach = said("1 to 4 letters or digits, usually %(usual)s", usual=usual[kind])
        found.append(
            SettingLine(
                title_of(name),
                value_of(value, name),
                "",
                reach,
                why,
                value == usual[kind],
                changes.get(name, ()),
            )
        )
    return tuple(found)


def _words(
    site: Site, plain: Mapping[str, object], changes: Mapping[str, tuple[SettingChange, ...]]
) -> tuple[SettingLine, ...]:
    own = [name for name in changes if name.startswith("message_words.") and name not in plain]
    names = sorted({*own, *(name for name in plain if name.startswith("message_words."))})
    why = said("A patient of whom no language is known is written to in it")
    language = SettingLine(
        title_of("language"),
        site.language,
        "",
        said("a language that there are words in, usually en"),
        why,
        site.language == USUAL_LANGUAGE,
        changes.get("language", ()),
    )
    reach = said("checked on their page before they are kept, usually the built-in ones")
    return (
        language,
        *(
            SettingLine(
                title_of(name),
                said("own words") if name in plain else said("built-in words"),
                "",
                reach,
                said("What messages say is the clinic's own to choose"),
                name not in plain,
                changes.get(name, ()),
            )
            for name in names
        ),
    )


def _region(plain: Mapping[str, object], changes: Mapping[str, tuple[SettingChange, ...]]) -> SettingLine:
    name = "holiday_region"
    reach = said("a country or a part of it, usually none")
    why = said("Its public holidays are proposed as closures, and none is taken over by itself")
    return SettingLine(
        title_of(name), value_of(plain[name]), "", reach, why, not plain[name], changes.get(name, ())
    )


def _urgent(plain: Mapping[str, object], changes: Mapping[str, tuple[SettingChange, ...]]) -> SettingLine:
    name = "urgent_help"
    reach = said("up to %(most)s, each a neutral name and a number, usually none", most=MOST)
    why = said("It stands at the foot of every page of the patients, and no number is made up")
    return SettingLine(
        title_of(name), value_of(plain[name]), "", reach, why, not plain[name], changes.get(name, ())
    )
