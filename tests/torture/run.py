"""One run: a shop is opened, broken so many times, and judged."""

import pathlib
import random
import sys
import tempfile
import time
import traceback

import disk
import kill
import links
import nodes
import power
from databases import Missing
from judge import judge

# Between two breaks: mostly short, so that there are many, and now and then long enough for a backlog to clear.
PAUSE_S, PAUSE_MAX_S = 0.25, 1.5
# The same while something starts.
START_S = 0.4
LAST_LINES = 40
BREAKERS = {"kill": kill, "power": power, "disk": disk, "links": links, "nodes": nodes}


class Result:
    """What a run came to: checks that passed, those that failed with what was seen, and what was counted."""

    def __init__(self):
        self.passed, self.failed, self.counts, self.lacks = 0, [], {}, None


def run(options):
    """Runs once and prints each check. `options` has how, times, database, tills, seed, forgetful."""
    result = Result()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        # The database's own user must be able to walk through.
        folder.chmod(0o755)
        try:
            for what, holds, seen in checks(options, folder, result.counts):
                if holds:
                    result.passed += 1
                else:
                    result.failed.append(f"{what}; seen: {seen!r}")
                print(f"ok - {what}" if holds else f"FAILED - {result.failed[-1]}", flush=True)
        except Missing as lack:
            result.lacks = str(lack)
            print(f"SKIPPED: {lack}")
        except Exception as error:
            result.failed.append(f"seed {options.seed} went on to its end; seen: {error!r}")
            print(f"FAILED - {result.failed[-1]}")
            traceback.print_exc(file=sys.stdout)
        log = folder / "server.log"
        if result.failed and log.exists():
            print("the last that the server said:", *log.read_text(errors="replace").splitlines()[-LAST_LINES:], sep="\n  ")
    return result


def pause(chance):
    return min(0.02 + chance.expovariate(1 / PAUSE_S), PAUSE_MAX_S)


def checks(options, folder, counts):
    chance = random.Random(options.seed)
    breaker = BREAKERS[options.how]
    shop, once = breaker.breaking(options, folder, chance)
    try:
        yield from shop.before()
        shop.open()
        for time_no in range(1, options.times + 1):
            time.sleep(chance.uniform(0, START_S) if shop.starting else pause(chance))
            once()
            if sys.stderr.isatty():
                print(f"\r{time_no} of {options.times} {breaker.WHAT}", end="", file=sys.stderr)
        shop.risen()
        shop.mend()
        shop.close()
        print(f"{options.times} {breaker.WHAT} on {options.database}, ", end="")
        yield from judge(shop, counts)
        shop.after()
    finally:
        try:
            shop.stop()
        finally:
            shop.afterwards()
