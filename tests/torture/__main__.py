#!/usr/bin/env python3
"""Breaks a running shop at random instants and compares the books to the fen.

    python3 tests/torture kill  [--times 50] [--database sqlite|postgres] [--tills 16] [--seed N]
    python3 tests/torture power [...] [--forgetful]
    python3 tests/torture disk  [...]
    python3 tests/torture links [...]
    python3 tests/torture nodes --database postgres [...]

PAYDESK names the binary. Server and provider simulators are separate processes. Tills sell, give up waiting, cancel
and refund; whatever is not answered is sent again with the same idempotency key, as a till would. Afterwards every
payment must rest, the providers' books must equal ours, no payer may be charged twice, and nothing that was
acknowledged may be missing. What a machine lacks is said and counted. Ends with "N passed, N failed, N skipped".
"""

import argparse
import pathlib
import random
import sys
import tempfile
import time

import disk
import kill
import links
import nodes
import power
from databases import Missing
from judge import judge

BREAKERS = {"kill": kill, "power": power, "disk": disk, "links": links, "nodes": nodes}


def torture(arguments, folder):
    chance = random.Random(arguments.seed)
    breaker = BREAKERS[arguments.how]
    shop, once = breaker.breaking(arguments, folder, chance)
    try:
        yield from shop.before()
        shop.open()
        for time_no in range(1, arguments.times + 1):
            time.sleep(chance.uniform(0.02, 1.0))
            once()
            if sys.stderr.isatty():
                print(f"\r{time_no} of {arguments.times} {breaker.WHAT}", end="", file=sys.stderr)
        shop.mend()
        shop.close()
        print(f"{arguments.times} {breaker.WHAT} on {arguments.database}, ", end="")
        yield from judge(shop)
    finally:
        shop.stop()
        shop.afterwards()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("how", choices=BREAKERS)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--tills", type=int, default=16)
    parser.add_argument("--seed", type=int, default=random.randrange(1, 1000))
    parser.add_argument("--forgetful", action="store_true", help="power: let fsync do nothing; the run must fail")
    arguments = parser.parse_args()
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        # The database's own user must be able to walk through.
        folder.chmod(0o755)
        try:
            for what, holds, seen in torture(arguments, folder):
                passed, failed = (passed + 1, failed) if holds else (passed, failed + 1)
                print(f"ok - {what}" if holds else f"FAILED - {what}; seen: {seen!r}", flush=True)
        except Missing as lack:
            skipped = 1
            print(f"SKIPPED: {lack}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)


main()
