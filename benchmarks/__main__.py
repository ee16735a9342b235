"""`python -m benchmarks`: measure, print the table, and keep the figures for later comparison."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import datetime
from pathlib import Path

from benchmarks import plan as plans
from benchmarks import running, tables

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    options = _options().parse_args()
    sizes = () if options.skip_sizes else (1_000, options.most)
    plan = plans.smallest() if options.smallest else plans.plan(options.licenses, quick=options.quick, sizes=sizes)
    begun = time.monotonic()

    def say(step: str) -> None:
        print(f"{time.monotonic() - begun:6.1f} s  {step}", file=sys.stderr, flush=True)

    report = running.run(options.database, plan, say)
    print(tables.table(report))
    if options.compare:
        print(tables.comparison(report, json.loads(options.compare.read_text(encoding="utf-8"))))
    options.results.mkdir(parents=True, exist_ok=True)
    kept = options.results / f"{datetime.now():%Y-%m-%d-%H%M%S}-{options.database}.json"
    kept.write_text(json.dumps(report.plain(), indent=1) + "\n", encoding="utf-8")
    print(f"\nKept in {kept}")


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the portal beside its floors.")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--licenses", type=int, default=100_000, help="how many licenses the database holds (100000)")
    parser.add_argument("--quick", action="store_true", help="shorter rounds")
    parser.add_argument("--smallest", action="store_true", help="everything once, for tests")
    parser.add_argument("--skip-sizes", action="store_true", help="leave out the cost with size")
    parser.add_argument("--most", type=int, default=1_000_000, help="the large world of the cost with size (1000000)")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="an earlier result to compare with")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the folder to keep the figures in")
    return parser


if __name__ == "__main__":
    main()
