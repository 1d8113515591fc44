"""Which visits of a feed wait for which others of the same series, by the windows of its protocol (RFC 9253)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from scheduler.domain.treatment import Counting, Point, Window
from scheduler.store.feed_visits import FeedVisit


@dataclass(frozen=True, slots=True)
class Link:
    """What a visit waits for: `uid` names the visit before it, `kind` which of their ends are meant, as in `RELTYPE`.

    `gap` is the least time between those ends, elapsed; `None` where the protocol counts dates, which no gap can say.
    """

    uid: str
    kind: str
    gap: timedelta | None


_KINDS: Mapping[tuple[Point, Point], str] = {
    (Point.END, Point.START): "FINISHTOSTART",
    (Point.START, Point.START): "STARTTOSTART",
    (Point.END, Point.END): "FINISHTOFINISH",
    (Point.START, Point.END): "STARTTOFINISH",
}


def links_between(
    visits: Iterable[FeedVisit], windows: Mapping[str, tuple[Window, ...]]
) -> Mapping[str, tuple[Link, ...]]:
    """Return the links of each visit that has some, by its uid; `windows` are those of each series.

    The later visit names the earlier one, so that booking what follows leaves what comes before as it is. Only visits that
    stand are linked, and only with those of the same feed: nobody waits for what was called off, and a link that leads
    out of the feed would lead nowhere. Windows that ask for no least time say no more than the dates do.
    """
    standing: dict[str, dict[str, str]] = {}
    for visit in visits:
        if visit.series and visit.state.takes_time:
            standing.setdefault(visit.series, {})[visit.step] = visit.uid
    found: dict[str, list[Link]] = {}
    for series, steps in standing.items():
        for uid, link in _links(steps, windows.get(series, ())):
            found.setdefault(uid, []).append(link)
    return {uid: tuple(links) for uid, links in found.items()}


def _links(steps: Mapping[str, str], windows: Iterable[Window]) -> Iterator[tuple[str, Link]]:
    """Yield the links of one series, each with the uid of the visit that waits; of the same ends the widest gap."""
    widest: dict[tuple[str, str, str], timedelta | None] = {}
    for window in windows:
        before, after = steps.get(window.from_step), steps.get(window.to_step)
        if window.at_least <= timedelta(0) or before is None or after is None:
            continue
        ends = (after, before, _KINDS[window.from_point, window.to_point])
        gap = None if window.counted is Counting.CALENDAR else window.at_least
        known = widest.get(ends)
        widest[ends] = known if gap is None else max(gap, known or gap)
    for (after, before, kind), gap in widest.items():
        yield after, Link(before, kind, gap)
