"""The long torture: a thousand kills and five hundred power cuts of each database, in short runs with seeds of their
own. Each run that ended is a line of the ledger; one that passed is not run again, so that it can be stopped at any
time, and split over machines or days.
"""

import argparse
import json
import pathlib
import subprocess
import time

from run import BREAKERS, run

# Short enough that little is lost when it is stopped, long enough that starting is no large part of it.
CHUNK = {"kill": 50, "power": 25}
LEDGER = pathlib.Path("target/torture.jsonl")


def jobs(options):
    """Every run that belongs to it, always in the same order and with the same seeds."""
    found = []
    for how, times in (("kill", options.kills), ("power", options.cuts)):
        for database in ("sqlite", "postgres"):
            for first in range(0, times, CHUNK[how]):
                found.append({
                    "how": how,
                    "database": database,
                    "times": min(CHUNK[how], times - first),
                    "seed": options.seed + len(found),
                    "tills": options.tills,
                })
    # Neighbors are of different kinds, so that a part is a fair sample of the whole.
    return sorted(found, key=lambda job: (job["seed"] * 7919 % 10_007, job["seed"]))


def key(line):
    return tuple(line[name] for name in ("how", "database", "times", "seed", "tills"))


def read(ledger):
    lines = [json.loads(line) for line in ledger.read_text().splitlines()] if ledger.exists() else []
    return {key(line): line for line in lines}


def run_all(options):
    """Runs what is left of the part, and sums up the whole ledger. Gives whether all that was run has passed."""
    whole = jobs(options)
    number, parts = options.part
    mine = whole[number - 1 :: parts]
    options.ledger.parent.mkdir(parents=True, exist_ok=True)
    done = read(options.ledger)
    left = [job for job in mine if done.get(key(job), {"failed": [True]})["failed"]]
    print(f"{len(whole)} runs, {len(mine)} in this part, {len(left)} of them to do", flush=True)
    began = time.monotonic()
    for count, job in enumerate(left, 1):
        one(options, job)
        so_far = (time.monotonic() - began) / count
        print(f"== {count} of {len(left)} runs, {so_far:.0f} s each, {so_far * (len(left) - count) / 60:.0f} minutes left",
              flush=True)
    return sum_up(whole, read(options.ledger))


def one(options, job):
    print(f"\n== {job['times']} {BREAKERS[job['how']].WHAT} on {job['database']}, seed {job['seed']}", flush=True)
    began = time.monotonic()
    result = run(argparse.Namespace(**job, forgetful=False))
    if result.lacks:
        return
    line = {**job, "seconds": round(time.monotonic() - began), "passed": result.passed, "failed": result.failed,
            "counts": result.counts, "of": revision()}
    # One short write, so that parts that run side by side may share the ledger.
    with options.ledger.open("a") as ledger:
        ledger.write(json.dumps(line, ensure_ascii=False) + "\n")


def revision():
    """Which state of the sources; empty where there is no git."""
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def sum_up(whole, done):
    print("\n                          broken   payments  acknowledged  requests again   seconds   failed")
    passed = failed = 0
    for how, breaker in BREAKERS.items():
        for database in ("sqlite", "postgres"):
            planned = [job for job in whole if (job["how"], job["database"]) == (how, database)]
            lines = [done[key(job)] for job in planned if key(job) in done]
            if not planned:
                continue
            broken = sum(line["times"] for line in lines if not line["failed"])
            count = lambda name: sum(line["counts"].get(name, 0) for line in lines)
            bad = [line for line in lines if line["failed"]]
            print(f"{breaker.WHAT:>10} on {database:<9} {broken:>5} of {sum(job['times'] for job in planned):<5}"
                  f"{count('payments'):>8}  {count('acknowledged'):>12}  {count('again'):>14}"
                  f"  {sum(line['seconds'] for line in lines):>8}  {len(bad):>7}")
            for line in bad:
                print(f"    seed {line['seed']}: {line['failed'][0]}")
            passed += sum(line["passed"] for line in lines)
            failed += sum(len(line["failed"]) for line in lines)
    missing = sum(key(job) not in done for job in whole)
    print(f"{missing} runs are not done yet" if missing else "all of it is done")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return failed == 0
