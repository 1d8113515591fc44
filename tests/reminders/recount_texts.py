"""Counts again which texts a quarter sent: one a day for each patient, each reminder in one, and none out of place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from scheduler.domain.treatment import StepKind
from tests.reminders.quarter import SITE_ZONE, LeftText, Life, Quarter
from tests.reminders.recount import SURE_AFTER, Entry, Expected, chances, expected, recorded, rests

_TIME = re.compile(r"\w{3} \w{3} \d+ at \d+:\d\d [AP]M \w+")
_NEWS = re.compile(r"booked for you|has a new time|called off")
_FORMER = re.compile(r"your (\w{3} \w{3} \d+ at \d+:\d\d [AP]M \w+) has a new time")


def faults_of_texts(quarter: Quarter, ledger: list[Entry]) -> list[str]:
    """Return all that was texted and should not have been, or was not and should have been; best none."""
    wanted = [one for one in expected(quarter) if one.life.patient in quarter.texted]
    return [*_second_texts(quarter), *_out_of_place(quarter, wanted), *_missing(quarter, wanted, ledger)]


def _second_texts(quarter: Quarter) -> Iterator[str]:
    """Yield each text of that day that another one came before, and that brings no news."""
    zones = {life.patient: ZoneInfo(life.zone) for life in quarter.lives}
    days: set[tuple[str, object]] = set()
    for text in quarter.texts:
        day = (text.patient, text.at.astimezone(zones[text.patient]).date())
        if day in days and not _NEWS.search(text.words):
            yield f"{text.patient}: a second text on {day[1]}, at {text.at}: {text.words}"
        days.add(day)


def _out_of_place(quarter: Quarter, wanted: list[Expected]) -> Iterator[str]:
    for text in quarter.texts:
        for start, life in _reminded_of(text, quarter):
            if life.start_at(text.at) != start:
                yield f"{life.id}: texted at {text.at} of {start}, which did not stand any more"
            if not _NEWS.search(text.words) and not 8 <= text.at.astimezone(ZoneInfo(life.zone)).hour < 21:
                yield f"{life.id}: texted at {text.at}, in the quiet hours of {life.zone}"
            if life.kind is StepKind.INTEGRATION and rests(life, text.at, quarter):
                yield f"{life.id}: texted at {text.at}, within six hours of a dose"
            is_theirs = (one for one in wanted if one.life is life and one.start == start)
            if life.kind is not StepKind.INTEGRATION and not any(_in_time(text.at, one) for one in is_theirs):
                yield f"{life.id}: texted at {text.at} of {start}, when no reminder is due"


def _missing(quarter: Quarter, wanted: list[Expected], ledger: list[Entry]) -> Iterator[str]:
    for one in wanted:
        told = any(
            text.patient == one.life.patient
            and _in_time(text.at, one)
            and one.start in _times(text.words, one.life.patient, quarter)
            for text in quarter.texts
        )
        name = f"{one.life.id} {one.kind} of {one.start}, due {one.due}"
        if one.life.kind is StepKind.INTEGRATION:
            continue
        if not told and one.since <= one.due and len(chances(one, quarter)) >= SURE_AFTER:
            yield f"{name}: never texted, though it could have been at {chances(one, quarter)[:3]}"
        is_over = [at for at in quarter.good if one.ends <= at < min(one.until, one.start)]
        if is_over and not recorded(one, ledger):
            yield f"{name}: neither sent nor recorded"


def _in_time(at: datetime, one: Expected) -> bool:
    """Say whether a text that left at this instant may remind of a visit: from the day on when that was due."""
    zone = ZoneInfo(one.life.zone)
    began = one.due.astimezone(zone).replace(hour=0, minute=0)
    return began <= at < one.ends and one.since <= at < one.until


def _reminded_of(text: LeftText, quarter: Quarter) -> Iterator[tuple[datetime, Life]]:
    """Yield the visits of which a text reminds: all that it lists, or of news what stands behind them."""
    words = text.words.rpartition("You also have")[2] if _NEWS.search(text.words) else text.words
    if _NEWS.search(text.words) and words == text.words:
        return
    for start in _times(words, text.patient, quarter):
        for life in quarter.lives:
            if life.patient == text.patient and any(start == one for _, one in life.turns):
                yield start, life


def _times(words: str, patient: str, quarter: Quarter) -> set[datetime]:
    """Return the times at which a text says that visits are, of those that the patient's visits ever had."""
    listed = set(_TIME.findall(_FORMER.sub("", words)))
    starts = {
        start
        for life in quarter.lives
        for _, start in life.turns
        if life.patient == patient and start is not None
    }
    return {start for start in starts if _short(start) in listed}


def _short(start: datetime) -> str:
    there = start.astimezone(ZoneInfo(SITE_ZONE))
    return f"{there:%a %b} {there.day} at {there.hour % 12 or 12}:{there:%M %p %Z}"
