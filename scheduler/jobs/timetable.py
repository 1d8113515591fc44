"""The process that looks again: messages and calendars every half minute, all rules each night; it tidies up."""

from __future__ import annotations

import logging
import signal
import traceback
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler
from flask import current_app

from scheduler.booking.holds import release_lapsed_holds
from scheduler.config import Settings
from scheduler.domain.clock import Clock
from scheduler.domain.errors import TrellisError
from scheduler.jobs.answers import reader_of_answers
from scheduler.jobs.busy_calendars import reader_of_calendars
from scheduler.jobs.leader import LOOKS_PER_LEASE, Leader
from scheduler.jobs.nightly import look_at_night
from scheduler.jobs.tidying import tidy
from scheduler.reminders.channel_choice import channels_for
from scheduler.reminders.dispatch import Counts, dispatch
from scheduler.reminders.letterboxes import answers_to

log = logging.getLogger(__name__)

DISPATCH_EVERY_SECONDS = 30
LET_LAPSE_EVERY_SECONDS = 30
FETCH_EVERY_SECONDS = 30
LOOK_AT_NIGHT_EVERY_SECONDS = 60
READ_ANSWERS_EVERY_SECONDS = 60
TIDY_EVERY_SECONDS = 3600
_STOPPERS = frozenset({signal.SIGTERM, signal.SIGINT})


def run(settings: Settings) -> None:
    """Keep the timetable until the process is told to stop (SIGTERM or Ctrl-C); a message under way is finished first.

    For use inside an application context, which every job then gets for itself. The timetable lives in memory and
    only says 'look again': what is due is asked of the database each time, so that nothing is lost with the process.
    Of several such processes one does the work, and the others stand by (`jobs/leader.py`).
    Raises `InvalidValue` when SMTP_URL, SMS_URL or REPLIES_URL cannot be used.
    """
    clock: Clock = current_app.extensions["trellis_clock"]
    in_context = current_app.app_context
    stopping = Event()
    leader = Leader(clock, settings.jobs_lease)
    # Its own words about each job tell an operator nothing; said before it has any.
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    scheduler = _scheduler(
        [
            (seconds, guarded(name, leader.when_leading(deed), in_context))
            for seconds, name, deed in _work(
                settings, clock, lambda: leader.leads() and not stopping.is_set()
            )
        ],
        clock,
    )
    work = scheduler.get_jobs()

    def look() -> None:
        if leader.look():
            for one in work:
                scheduler.modify_job(one.id, next_run_time=clock.now())

    # The first look comes before the first work, which is then at hand at once.
    guarded("looking who leads", look, in_context)()
    every = settings.jobs_lease.total_seconds() / LOOKS_PER_LEASE
    _add(scheduler, every, guarded("looking who leads", look, in_context), clock)
    # Blocked before any thread starts, so that the main thread alone gets the signals, and only while it waits.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPERS)
    try:
        scheduler.start()
        log.info("the timetable runs")
        signal.sigwait(_STOPPERS)
        log.info("the timetable stops")
        stopping.set()
        scheduler.shutdown(wait=True)
        guarded("resigning", leader.resign, in_context)()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _sender(settings: Settings, clock: Clock, go_on: Callable[[], bool]) -> Callable[[], None]:
    """Return what sends the messages that are due."""
    channels = channels_for(settings)

    def send() -> None:
        for channel in channels:
            read_at = answers_to(settings, channel)
            _tell(dispatch(clock.now(), channel, go_on, read_at, settings.public_url))

    return send


def _work(
    settings: Settings, clock: Clock, go_on: Callable[[], bool]
) -> list[tuple[int, str, Callable[[], None]]]:
    """Return what is done every so many seconds, by name. Raises `InvalidValue`."""

    def let_lapse() -> None:
        release_lapsed_holds(clock)

    return [
        (DISPATCH_EVERY_SECONDS, "sending messages", _sender(settings, clock, go_on)),
        (LET_LAPSE_EVERY_SECONDS, "letting holds lapse", let_lapse),
        (LOOK_AT_NIGHT_EVERY_SECONDS, "the nightly recheck", lambda: look_at_night(clock)),
        (FETCH_EVERY_SECONDS, "reading calendars of elsewhere", reader_of_calendars(settings, clock, go_on)),
        (READ_ANSWERS_EVERY_SECONDS, "reading answers", reader_of_answers(settings, clock, go_on)),
        (TIDY_EVERY_SECONDS, "tidying", lambda: tidy(clock)),
    ]


def guarded(
    name: str, work: Callable[[], None], in_context: Callable[[], AbstractContextManager[object]]
) -> Callable[[], None]:
    """Return the work in a context of its own, with a failure logged instead of raised: the next look tries again.

    The text of an unknown failure may hold personal data, so its kind and place alone are logged.
    """

    def work_guarded() -> None:
        try:
            with in_context():
                work()
        except TrellisError as failure:
            log.error("%s failed: %s", name, failure)
        except Exception as failure:
            places = "".join(traceback.format_tb(failure.__traceback__))
            log.error("%s failed with %s at\n%s", name, type(failure).__name__, places)

    return work_guarded


def _scheduler(jobs: Iterable[tuple[int, Callable[[], None]]], clock: Clock) -> BackgroundScheduler:
    """Return the timetable: each job at once and then every so many seconds, never twice at a time."""
    scheduler = BackgroundScheduler(timezone="UTC")
    for seconds, job in jobs:
        _add(scheduler, seconds, job, clock)
    return scheduler


def _add(scheduler: BackgroundScheduler, seconds: float, job: Callable[[], None], clock: Clock) -> None:
    scheduler.add_job(
        job,
        "interval",
        seconds=seconds,
        next_run_time=clock.now(),
        coalesce=True,
        max_instances=1,
        # However late: a machine that slept looks again when it wakes.
        misfire_grace_time=None,
    )


def _tell(counts: Counts) -> None:
    if counts != Counts():
        log.info(
            "messages: %s due, %s sent, %s failed, %s skipped, %s too late",
            *(counts.due, counts.sent, counts.failed, counts.skipped, counts.too_late),
        )
