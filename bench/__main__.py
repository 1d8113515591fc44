"""Run the benchmark: prints a table of ratios and writes var/bench.json; ONLY=planner/earliest runs a part."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from time import perf_counter

from bench import board, bookings, feed_rendering, feed_storm, feeds, planner, sending, series
from bench.measure import Disagreement, Result, table
from scheduler.config import PROJECT_FOLDER
from scheduler.domain.clock import use_packaged_time_zones

PARTS: Mapping[str, Callable[[], list[Result]]] = {
    "series": series.run,
    **planner.PARTS,
    **bookings.PARTS,
    **feeds.PARTS,
    **feed_rendering.PARTS,
    **feed_storm.PARTS,
    **board.PARTS,
    **sending.PARTS,
}


def main() -> int:
    """Run the parts asked for and return the exit code.

    1 when a target does not hold or two that must answer alike do not, 2 for an unknown part.
    """
    use_packaged_time_zones()
    only = os.environ.get("ONLY", "")
    chosen = {name: run for name, run in PARTS.items() if name.startswith(only)}
    if not chosen:
        print(f"ONLY={only} names no part; there are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    results: list[Result] = []
    disagreements: list[str] = []
    for name, run in chosen.items():
        begun = perf_counter()
        try:
            results += run()
        except Disagreement as disagreement:
            disagreements.append(f"{name}: {disagreement}")
        print(f"{name}: {perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    print(table(results))
    report = PROJECT_FOLDER / "var" / "bench.json"
    report.parent.mkdir(mode=0o700, exist_ok=True)
    rows = {"results": [result.as_row() for result in results], "disagreements": disagreements}
    report.write_text(json.dumps(rows, indent=2) + "\n")
    print(f"Written to {report.relative_to(PROJECT_FOLDER)}")
    for sentence in disagreements:
        print(f"DISAGREEMENT in {sentence}", file=sys.stderr)
    return 1 if disagreements or not all(result.holds for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
