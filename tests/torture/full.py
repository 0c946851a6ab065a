"""The long torture: a thousand kills and five hundred power cuts of each database, in runs with seeds of their own,
some of them side by side: a run that was broken waits for slow refunds and late payers, while another is broken. Each
run that ended is a line of the ledger; one that passed is not run again, so that it can be stopped at any time, and
split over machines or days.
"""

import json
import pathlib
import signal
import subprocess
import sys
import threading
import time

from run import BREAKERS

# The books are compared once a run, which takes two minutes however much was broken. More breaks in a run make more
# payments to compare, and more to lose when it is stopped.
CHUNK = {"kill": 125, "power": 125}
LEDGER = pathlib.Path("target/torture.jsonl")
HERE = pathlib.Path(__file__).parent
# What a job says on the command line of its own process, and its line in the ledger.
WORDS = ("times", "database", "seed", "tills")


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
    return tuple(line[name] for name in ("how", *WORDS))


def read(ledger):
    lines = [json.loads(line) for line in ledger.read_text().splitlines()] if ledger.exists() else []
    return {key(line): line for line in lines}


def write(ledger, options, seconds, result):
    """Adds what a run came to, as one short write, so that runs side by side may share the ledger."""
    line = {**{name: getattr(options, name) for name in ("how", *WORDS)}, "seconds": round(seconds),
            "passed": result.passed, "failed": result.failed, "counts": result.counts, "of": revision()}
    with ledger.open("a") as lines:
        lines.write(json.dumps(line, ensure_ascii=False) + "\n")


def run_all(options):
    """Runs what is left of the part, and sums up the whole ledger. Gives whether all that is in it has passed."""
    whole = jobs(options)
    number, parts = options.part
    mine = whole[number - 1 :: parts]
    options.ledger.parent.mkdir(parents=True, exist_ok=True)
    done = read(options.ledger)
    left = [job for job in mine if done.get(key(job), {"failed": [True]})["failed"]]
    print(f"{len(whole)} runs, {len(mine)} in this part, {len(left)} of them to do, {options.beside} side by side",
          flush=True)
    Crew(options, left).work()
    return sum_up(whole, read(options.ledger))


class Crew:
    """Runs jobs side by side, each in a process of its own, until they are done or it is time to begin no more."""

    def __init__(self, options, left):
        self.options, self.left, self.ended = options, list(left), 0
        self.began, self.lock, self.running = time.monotonic(), threading.Lock(), set()
        self.closing = False

    def work(self):
        hands = [threading.Thread(target=self.hand, daemon=True) for _ in range(self.options.beside)]
        for hand in hands:
            hand.start()
        try:
            for hand in hands:
                hand.join()
        finally:
            # Stopped in the middle: each puts away what it set up.
            with self.lock:
                self.closing = True
                for child in self.running:
                    child.send_signal(signal.SIGTERM)
            for hand in hands:
                hand.join()

    def hand(self):
        while child := self.next():
            said = child.communicate()[0]
            with self.lock:
                self.running.discard(child)
                self.ended += 1
                print(said, end="", flush=True)

    def next(self):
        """The next job's process, if there is one to be begun."""
        with self.lock:
            minutes = (time.monotonic() - self.began) / 60
            if not self.left or self.closing or minutes >= self.options.minutes:
                return None
            job = self.left.pop(0)
            print(f"== {minutes:.0f} min: {job['times']} {BREAKERS[job['how']].WHAT} on {job['database']}, seed "
                  f"{job['seed']}; {self.ended} runs ended, {len(self.left)} not begun", flush=True)
            words = [word for name in WORDS for word in (f"--{name}", str(job[name]))]
            command = [sys.executable, str(HERE), job["how"], *words, "--ledger", str(self.options.ledger)]
            child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            self.running.add(child)
            return child


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
