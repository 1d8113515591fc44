"""The inbox of conflicts for programs: what standing series break since something changed, and the ways to mend it."""

from __future__ import annotations

from scheduler.api.answers_about_series import ChangeAnswer
from scheduler.api.answers_about_the_clinic import ConflictsAnswer, SeriesInConflictAnswer
from scheduler.api.asked import SeriesChange, SiteQuestion
from scheduler.api.operations import Asking
from scheduler.api.problems import granted
from scheduler.booking.reach import sites_within_reach
from scheduler.booking.resolve_conflict import ResolveConflict, resolve_conflict
from scheduler.booking.see_conflicts import see_conflicts, see_ways_to_mend
from scheduler.store import conflicts
from scheduler.store.work import reading


def list_conflicts(asking: Asking[SiteQuestion]) -> ConflictsAnswer:
    """List the series with open conflicts, after closing what was put right meanwhile, the most urgent first."""
    with reading():
        sites = sites_within_reach(asking.actor, asking.asked.site)
    told: list[SeriesInConflictAnswer] = []
    for site in sites:
        found = granted(see_conflicts(site.id, asking.actor, asking.clock))
        told += [SeriesInConflictAnswer.of(one) for one in found]
    return ConflictsAnswer(series=tuple(told))


def resolve_a_conflict(asking: Asking[SeriesChange]) -> ChangeAnswer:
    """Mend a conflict in the best way, or in the one that `visits` say: the series is changed in one commit, or not at all.

    With `"preview": true` the ways to mend it are told and nothing is changed.
    """
    id = asking.ids["conflict"]
    with reading():
        sites_within_reach(asking.actor, conflicts.conflict(id).site)
    if asking.asked.preview:
        found = granted(see_ways_to_mend(id, asking.actor, asking.clock))
        return ChangeAnswer.previewed(found.series, found)
    command = ResolveConflict(id, asking.asked.chosen(), asking.key)
    return ChangeAnswer.made(granted(resolve_conflict(command, asking.actor, asking.clock)))
