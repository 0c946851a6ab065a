#!/usr/bin/env python3
"""Kills the server with SIGKILL at random instants under load, then compares its books with the provider's.

    PAYDESK=target/fast/paydesk tests/torture/kill.py --kills 50

A simulator of a provider and a server run as processes of their own. Tills press again with the same key whenever
an answer does not come, as tills do. When the killing is over, every payment must come to rest, nobody may have
been charged twice, nothing that was acknowledged may be missing, and the two books must agree to the fen.
"""

import argparse
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid

# How the simulator treats a payment, and how often a till meets it.
TREATMENTS = {
    "normal": 70,
    "password_then_paid": 6,
    "insufficient_balance": 6,
    "lost_after": 5,
    "lost_before": 4,
    "error_but_paid": 3,
    "error_not_paid": 3,
    "wrong_signature": 3,
}
SETTLED = ("paid", "not_paid", "returned")


class Process:
    """A program of ours that says where it listens."""

    def __init__(self, command, log):
        self.command, self.log, self.process = command, log, None

    def start(self):
        before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(self.command, stdout=out, stderr=out)
        for _ in range(600):
            if b"listens on" in self.log.read_bytes()[before:]:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise SystemExit(f"{self.command} did not start:\n{self.log.read_text()[-2000:]}")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()


class Server:
    """The HTTP API, as a till's program sees it."""

    def __init__(self, origin, key):
        self.origin, self.key = origin, key

    def ask(self, method, path, body=None, idempotency=None):
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        if idempotency:
            headers["Idempotency-Key"] = idempotency
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.origin + path, data=data, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.loads(reply.read())


def free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Till(threading.Thread):
    """Sells one thing after another; presses again with the same key until there is an answer."""

    def __init__(self, server, codes, seed, stop):
        super().__init__(daemon=True)
        self.server, self.codes, self.random, self.stop = server, codes, random.Random(seed), stop
        self.sold, self.pressed_again, self.refused = {}, 0, []

    def run(self):
        while not self.stop.is_set():
            self.sell()

    def sell(self):
        treatment = self.random.choices(list(TREATMENTS), list(TREATMENTS.values()))[0]
        key, fen = str(uuid.uuid4()), self.random.randint(1, 99_999)
        body = {"amount": {"amount": fen, "currency": "CNY"}, "method": {"payer_code": {"code": self.code(treatment)}}}
        while True:
            try:
                payment = self.server.ask("POST", "/v1/payments", body, key)
                self.sold[payment["id"]] = fen
                return
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    self.refused.append(error.read().decode()[:300])
                    return
            except (OSError, ValueError):
                pass
            self.pressed_again += 1
            time.sleep(0.02)

    def code(self, treatment):
        """A fresh code: the middle digits are random, the ending asks the simulator for the treatment."""
        pattern = self.codes[treatment]
        return pattern[:2] + "".join(self.random.choice("0123456789") for _ in range(10)) + pattern[12:]


def settle(server, ids, patience):
    """Every payment once it rests, and those that do not in time."""
    waiting, rested = set(ids), {}
    end = time.monotonic() + patience
    while waiting and time.monotonic() < end:
        for payment_id in list(waiting):
            payment = server.ask("GET", f"/v1/payments/{payment_id}")
            if payment["money"] in SETTLED:
                rested[payment_id] = payment
                waiting.discard(payment_id)
        if waiting:
            time.sleep(1)
    return rested, waiting


def kept(book):
    """What the provider's books leave with the merchant."""
    if not book["paid"] or book["reversed"]:
        return 0
    return book["paid"] - sum(refund["amount"] for refund in book["refunds"])


def compare(rested, books):
    """Differences between our payments and the provider's books, as sentences."""
    wrong = []
    for payment in rested.values():
        book = books.get(payment["order_no"])
        ours = (payment["paid"] or {"amount": 0})["amount"] if payment["money"] == "paid" else 0
        theirs = kept(book) if book else 0
        if ours != theirs:
            wrong.append(f"{payment['order_no']}: ours {payment['money']} {ours}, theirs {theirs}: {book}")
    known = {payment["order_no"] for payment in rested.values()}
    for order_no, book in books.items():
        if book["charges"] > 1:
            wrong.append(f"{order_no}: charged {book['charges']} times")
        if order_no not in known and kept(book):
            wrong.append(f"{order_no}: the provider kept {kept(book)} for a payment that no till was told of")
    return wrong


def torture(options, folder):
    paydesk = os.environ.get("PAYDESK", "target/fast/paydesk")
    credentials, key_file = folder / "credentials.json", folder / "key"
    provider_port, port = free_port(), free_port()
    simulate = [paydesk, "simulate", "wechat", "--port", str(provider_port), "--credentials", str(credentials)]
    provider = Process(simulate, folder / "provider.log")
    provider.start()
    install = ["init", "--dir", str(folder / "shop"), "--yes", "--listen", f"127.0.0.1:{port}"]
    password = folder / "password"
    password.write_text(uuid.uuid4().hex)
    install += ["--wechat", str(credentials), "--password-file", str(password), "--api-key-file", str(key_file)]
    subprocess.run([paydesk, *install], check=True, stdout=subprocess.DEVNULL)
    process = Process([paydesk, "serve", "--config", str(folder / "shop" / "paydesk.toml")], folder / "server.log")
    process.start()
    server = Server(f"http://127.0.0.1:{port}", key_file.read_text().strip())
    steering = f"http://127.0.0.1:{provider_port}/_simulator"
    try:
        return kill_and_compare(options, process, server, steering)
    finally:
        process.end()
        provider.end()


def kill_and_compare(options, process, server, steering):
    with urllib.request.urlopen(f"{steering}/codes") as reply:
        codes = {entry["treatment"]: entry["code"] for entry in json.loads(reply.read())}
    dice, stop = random.Random(options.seed), threading.Event()
    tills = [Till(server, codes, dice.random(), stop) for _ in range(options.tills)]
    for till in tills:
        till.start()
    for number in range(1, options.kills + 1):
        time.sleep(dice.uniform(0.05, options.longest))
        process.kill()
        process.start()
        if number % 10 == 0:
            print(f"{number} kills, {sum(len(till.sold) for till in tills)} payments", flush=True)
    stop.set()
    for till in tills:
        till.join(30)
    sold = {payment_id: fen for till in tills for payment_id, fen in till.sold.items()}
    print(f"{len(sold)} payments; waiting until all have come to rest", flush=True)
    rested, open_still = settle(server, sold, options.patience)
    with urllib.request.urlopen(f"{steering}/books") as reply:
        books = {book["order_no"]: book for book in json.loads(reply.read())}
    ours = {payment_id: payment["amount"]["amount"] for payment_id, payment in rested.items()}
    return {
        "seed": options.seed,
        "kills": options.kills,
        "payments": len(sold),
        "pressed_again": sum(till.pressed_again for till in tills),
        "refused": [why for till in tills for why in till.refused],
        "not_at_rest": sorted(open_still),
        "altered": [payment_id for payment_id in ours if ours[payment_id] != sold[payment_id]],
        "differences": compare(rested, books),
        "paid": sum(payment["money"] == "paid" for payment in rested.values()),
        "not_paid": sum(payment["money"] == "not_paid" for payment in rested.values()),
        "returned": sum(payment["money"] == "returned" for payment in rested.values()),
        "charged_twice": sum(book["charges"] > 1 for book in books.values()),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--tills", type=int, default=6)
    parser.add_argument("--longest", type=float, default=1.0, help="longest life between two kills, seconds")
    parser.add_argument("--patience", type=float, default=150.0, help="seconds until every payment must rest")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = torture(options, pathlib.Path(folder))
    print(json.dumps(report, indent=1))
    checks = {
        "every payment came to rest": not report["not_at_rest"],
        "no till was refused": not report["refused"],
        "every amount is the one asked for": not report["altered"],
        "nobody was charged twice": report["charged_twice"] == 0,
        "the provider's books equal ours to the fen": not report["differences"],
        "there was something to lose": report["payments"] >= 10 * min(report["kills"], 5),
    }
    for what, holds in checks.items():
        print(f"{'ok' if holds else 'FAILED'} - kill -9: {what}")
    failed = sum(not holds for holds in checks.values())
    print(f"{len(checks) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
