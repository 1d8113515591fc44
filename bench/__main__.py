"""Run the benchmark: prints a table of ratios and writes var/bench.json; ONLY=series runs a part."""

from __future__ import annotations

import json
import os
import sys

from bench import series
from bench.measure import Result, table
from scheduler.config import PROJECT_FOLDER

PARTS = {"series": series.run}


def main() -> int:
    """Run the parts asked for and return the exit code: 1 when a target does not hold, 2 for an unknown part."""
    only = os.environ.get("ONLY", "")
    chosen = {name: run for name, run in PARTS.items() if name.startswith(only)}
    if not chosen:
        print(f"ONLY={only} names no part; there are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    results: list[Result] = [result for run in chosen.values() for result in run()]
    print(table(results))
    report = PROJECT_FOLDER / "var" / "bench.json"
    report.parent.mkdir(mode=0o700, exist_ok=True)
    report.write_text(json.dumps({"results": [result.as_row() for result in results]}, indent=2) + "\n")
    print(f"Written to {report.relative_to(PROJECT_FOLDER)}")
    return 0 if all(result.holds for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
