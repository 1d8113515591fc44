"""Until when a patient may eat and drink before a visit: hours that have elapsed, told as instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.domain.treatment import Step


@dataclass(frozen=True, slots=True)
class Fasting:
    """The last instants at which the patient may eat and may drink clear liquids, UTC; `None` where nothing is asked."""

    solids_until: datetime | None
    clear_liquids_until: datetime | None


def fasting_before(step: Step, start: datetime) -> Fasting | None:
    """Return what a visit that starts then asks of the patient; `None` for nothing.

    Hours are counted back from the arrival as they elapse: where the clocks change in between, the clock on the wall shows
    another distance.
    """
    if not step.no_solids and not step.no_clear_liquids:
        return None
    return Fasting(_before(start, step.no_solids), _before(start, step.no_clear_liquids))


def _before(start: datetime, time: timedelta) -> datetime | None:
    return start - time if time else None
