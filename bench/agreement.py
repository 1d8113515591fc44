"""Whether solvers answer alike: exact ones must, and every series must stand before the independent checker."""

from __future__ import annotations

from collections.abc import Iterable

from bench import checker
from bench.instances import Query
from bench.measure import Disagreement
from bench.solved import Solved, Verdict
from scheduler.domain.diary import Diary
from scheduler.domain.treatment import Protocol


def must_stand(diary: Diary, protocol: Protocol, query: Query, solved: Solved) -> None:
    """Raise `Disagreement` when the checker finds anything wrong with a series."""
    if solved.verdict is Verdict.NONE or not solved.starts:
        return
    found = (
        checker.faults(diary, protocol, query, solved.placements)
        if solved.placements
        else checker.windows_broken(protocol, solved.starts, diary.site.zone)
    )
    if found:
        raise Disagreement(f"the checker refuses a series for {query.patient.id}: {'; '.join(found)}")


def must_agree(query: Query, ours: Solved, theirs: Solved) -> None:
    """Raise `Disagreement` when two exact answers differ, or one that is not proven beats one that is."""
    if ours.proven and theirs.proven:
        if (ours.verdict, ours.finish) != (theirs.verdict, theirs.finish):
            raise Disagreement(f"{query.patient.id}: ours says {_said(ours)}, the peer {_said(theirs)}")
        return
    for sure, unsure in ((ours, theirs), (theirs, ours)):
        if sure.proven and unsure.finish and (sure.finish is None or unsure.finish < sure.finish):
            raise Disagreement(f"{query.patient.id}: {_said(sure)} was beaten by {_said(unsure)}")


def tally(answers: Iterable[Solved]) -> str:
    """Return how many searches ended how, in words, time-outs included."""
    ended = [solved.verdict for solved in answers]
    counts = [f"{ended.count(verdict)} {verdict}" for verdict in Verdict if verdict in ended]
    return ", ".join(counts)


def _said(solved: Solved) -> str:
    return f"{solved.verdict}, over at {solved.finish}" if solved.finish else str(solved.verdict)
