"""Whom patients call in urgent need: entered by an administrator, and looked at as patients see it before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, StringField
from wtforms.validators import Length, Optional, Regexp

from scheduler.access.permissions import Permission
from scheduler.booking.change_urgent_help import ChangeUrgentHelp, change_urgent_help
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.reach import site_of
from scheduler.domain.errors import InvalidValue
from scheduler.domain.places import Site
from scheduler.domain.urgent_help import MOST, UrgentHelp
from scheduler.reminders.words.own_spoken import own_words
from scheduler.reminders.words.spoken import LANGUAGES
from scheduler.store.work import reading
from scheduler.web.form_keys import key_sent
from scheduler.web.forms import LONGEST_LINE, faults
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.posted_form import PostedForm
from scheduler.web.retelling import as_read
from scheduler.web.speech import later, said
from scheduler.web.words import refused_words

pages = Blueprint("urgent_help", __name__)

_SHORTER = Length(max=LONGEST_LINE, message=later("Enter fewer characters"))
# Short numbers too, as the clinic file has them.
_NUMBER = Regexp(
    r"^[+*#]?[0-9][0-9 ().-]{1,24}$", message=later("Enter a number to dial, such as +1 303 555 0190 or 112")
)


class _Rows(PostedForm):
    """So many rows as the list may have, each a number, a name, and the name in each language; an empty row is none."""

    def validate(self, extra_validators: object = None) -> bool:
        """Say at each field what is wrong with its row, in the words of the one rule."""
        if not super().validate(extra_validators):
            return False
        for row in range(MOST):
            self._check(row)
        return not self.errors

    def chosen(self) -> tuple[UrgentHelp, ...]:
        """Return what was entered, of a form that is valid."""
        return tuple(self._one(row) for row in range(MOST) if self._text(f"name_{row}"))

    def row(self, row: int) -> tuple[Field, Field, list[tuple[str, Field]]]:
        """Return the fields of a row: name, number, and the names by language."""
        return (
            self[f"name_{row}"],
            self[f"phone_{row}"],
            [(code, self[f"name_{code}_{row}"]) for code in LANGUAGES],
        )

    def _check(self, row: int) -> None:
        name, phone, others = self.row(row)
        entered = any(self._text(field.name) for field in (name, phone, *(field for _, field in others)))
        if not entered:
            return
        if not self._text(name.name):
            name.errors = [said("Enter a name for this number, such as Help line")]
        elif not self._text(phone.name):
            phone.errors = [said("Enter the number to dial")]
        else:
            for field in (name, *(field for _, field in others)):
                try:
                    UrgentHelp(self._text(field.name), self._text(phone.name))
                except InvalidValue as problem:
                    field.errors = [as_read(str(problem)[:1].upper() + str(problem)[1:])]

    def _one(self, row: int) -> UrgentHelp:
        named = ((code, self._text(f"name_{code}_{row}")) for code in sorted(LANGUAGES))
        return UrgentHelp(
            self._text(f"name_{row}"),
            self._text(f"phone_{row}"),
            tuple((code, name) for code, name in named if name),
        )

    def _text(self, name: str) -> str:
        return (self[name].data or "").strip()


def _fields() -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for row in range(MOST):
        found[f"name_{row}"] = StringField(later("Name"), [_SHORTER])
        found[f"phone_{row}"] = StringField(
            later("Number"), [Optional(), _NUMBER], render_kw={"inputmode": "tel"}
        )
        for code, language in LANGUAGES.items():
            found[f"name_{code}_{row}"] = StringField(
                later("Name in %(language)s", language=language.name), [_SHORTER]
            )
    return found


HelpForm: type[_Rows] = type("HelpForm", (_Rows,), dict(_fields()))


@pages.route("/site/urgent-help", methods=["GET", "POST"])
@needs(Permission.CHANGE_SETTINGS)
def urgent_help() -> ResponseReturnValue:
    """Show the list, look at another one as patients would see it, and keep it."""
    with reading():
        site = site_of(actor())
    if request.method != "POST":
        return _page(site, HelpForm(None, data=_as_entered(site.urgent_help)), site.urgent_help), 200
    form = HelpForm(request.form)
    if not form.validate():
        return _page(site, form, site.urgent_help), 422
    if "look" in request.form:
        return _page(site, form, form.chosen()), 200
    command = ChangeUrgentHelp(site.id, form.chosen(), key_sent())
    outcome = change_urgent_help(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        flash(refused_words(outcome), "bad")
    else:
        flash(said("Saved. Every page of the patients shows it from now on."), "good")
    return redirect(url_for("urgent_help.urgent_help"), 303)


def _as_entered(urgent_help: tuple[UrgentHelp, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row, one in enumerate(urgent_help):
        found |= {f"name_{row}": one.name, f"phone_{row}": one.phone}
        found |= {f"name_{code}_{row}": name for code, name in one.in_languages}
    return found


def _page(site: Site, form: _Rows, shown: tuple[UrgentHelp, ...]) -> str:
    return render_template(
        "urgent_help.html",
        site=site,
        form=form,
        faults=faults(form) if form.errors else [],
        rows=[form.row(row) for row in range(MOST)],
        shown=shown,
        is_kept=shown == site.urgent_help,
        languages=[(one, own_words(one).door.urgent) for one in LANGUAGES.values()],
    )
