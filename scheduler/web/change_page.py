"""The page on which a series is changed: what is wished, the ways that work or what stands in the way, and taking one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import abort, flash, render_template, request
from flask.typing import ResponseReturnValue

from scheduler.booking.one_change import WaysFound
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused
from scheduler.domain.people import Patient
from scheduler.domain.places import Site
from scheduler.domain.series import Series
from scheduler.planner.proposal import Reason
from scheduler.store.work import reading
from scheduler.web.forms import faults
from scheduler.web.guard import actor
from scheduler.web.identity import current_clock
from scheduler.web.posted_form import PostedForm
from scheduler.web.sealed_change import Seal, SealedChange, UnusableWay, Wanted, opened
from scheduler.web.ways_of_change import WayPanel, onlooker_at, way_panels

Found = WaysFound | Refused | NotAllowed
"""What looking for the ways to make a change comes to."""


@dataclass(frozen=True, slots=True)
class ChangePage:
    """What one such page is made of: the form of what is wished of whose series, and what its template says `besides`.

    It is made, asks and answers within `reading()`; what refuses opens its own.
    """

    template: str
    series: Series
    patient: Patient
    site: Site
    form: PostedForm
    besides: Mapping[str, object]

    def asking(self) -> str:
        """Show the form alone."""
        return self._shown(None, ())

    def answering(self, found: Found, wanted: Wanted, refused: Refused | None = None) -> str:
        """Show the form, and beneath it the ways to do what is wanted, or why there is none."""
        if isinstance(found, NotAllowed):
            abort(403)
        ways: Sequence[PlannedChange] = () if isinstance(found, Refused) else found.ways
        panels = way_panels(ways, wanted, self.series, onlooker_at(self.site))
        return self._shown(panels, found.reasons, refused)

    def refusing(
        self, outcome: Refused | NotAllowed, wanted: Wanted, look: Callable[[], Found]
    ) -> ResponseReturnValue:
        """Answer a change that was not made: what is against it, and what works now."""
        if isinstance(outcome, NotAllowed):
            abort(403)
        with reading():
            return self.answering(look(), wanted, outcome), 409 if outcome.race_lost else 422

    def _shown(
        self, panels: Sequence[WayPanel] | None, reasons: Sequence[Reason], refused: Refused | None = None
    ) -> str:
        return render_template(
            self.template,
            series=self.series,
            patient=self.patient,
            site=self.site,
            form=self.form,
            faults=faults(self.form),
            panels=panels,
            reasons=reasons,
            refused=refused,
            **self.besides,
        )


def chosen_way(about: str) -> SealedChange | None:
    """Return the way that was chosen of those shown for a visit, a series or a conflict.

    `None` where it cannot be used any more: the person is told so on the next page.
    """
    try:
        return opened(request.form.get("way", ""), Seal(about, actor().id, current_clock().now()))
    except UnusableWay as unusable:
        flash(str(unusable), "missing")
        return None
