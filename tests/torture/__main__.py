#!/usr/bin/env python3
"""Breaks a running shop at random instants and compares the books to the fen.

    python3 tests/torture kill  [--times 50] [--database sqlite|postgres] [--tills 16] [--seed N]
    python3 tests/torture power [...] [--forgetful]
    python3 tests/torture disk  [...]
    python3 tests/torture links [...]
    python3 tests/torture nodes --database postgres [...]
    python3 tests/torture/tills.py         tills that break, case by case

    python3 tests/torture full               1,000 kills and 500 power cuts of each database, in runs of some minutes
    python3 tests/torture full --beside 4    four runs side by side
    python3 tests/torture full --part 2/4    a quarter of it; parts may share the ledger, which says what is done
    python3 tests/torture full --minutes 10  begins no run after ten minutes; the next call goes on

PAYDESK names the binary. Server and provider simulators are separate processes. Tills sell, give up waiting, cancel
and refund; whatever is not answered is sent again with the same idempotency key, as a till would. Afterwards every
payment must rest, the providers' books must equal ours, no payer may be charged twice, and nothing that was
acknowledged may be missing. What a machine lacks is said and counted. Ends with "N passed, N failed, N skipped".
"""

import argparse
import math
import pathlib
import random
import signal
import sys
import time

import full
from run import BREAKERS, run


def part(text):
    number, of = map(int, text.split("/"))
    if not 1 <= number <= of:
        raise ValueError(text)
    return number, of


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("how", choices=(*BREAKERS, "full"))
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--tills", type=int, default=16)
    parser.add_argument("--seed", type=int, help="drawn if it is missing; 1 for full")
    parser.add_argument("--forgetful", action="store_true", help="power: let fsync do nothing; the run must fail")
    parser.add_argument("--kills", type=int, default=1000, help="full: so many kills of each database")
    parser.add_argument("--cuts", type=int, default=500, help="full: so many power cuts of each database")
    parser.add_argument("--part", type=part, default=(1, 1), metavar="K/N", help="full: only the K-th of N parts")
    parser.add_argument("--beside", type=int, default=1, metavar="N", help="full: so many runs side by side")
    parser.add_argument("--minutes", type=float, default=math.inf, help="full: begin no run after so many")
    parser.add_argument("--ledger", type=pathlib.Path,
                        help=f"where it is written what is done; full: {full.LEDGER} if it is missing")
    options = parser.parse_args()
    # Whoever is told to end puts away what was set up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("torture: stopped"))
    if options.how == "full":
        options.seed, options.ledger = options.seed or 1, options.ledger or full.LEDGER
        sys.exit(0 if full.run_all(options) else 1)
    options.seed = options.seed or random.randrange(1, 1000)
    began = time.monotonic()
    result = run(options)
    if options.ledger and not result.lacks:
        full.write(options.ledger, options, time.monotonic() - began, result)
    print(f"{result.passed} passed, {len(result.failed)} failed, {1 if result.lacks else 0} skipped")
    sys.exit(1 if result.failed else 0)


main()
