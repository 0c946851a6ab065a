"""A shop to break: provider simulators, a server and tills, each a process or thread of its own."""

import collections
import http.client
import json
import os
import random
import signal
import subprocess
import threading
import time
import uuid

import processes
from ports import free_port

BINARY = os.environ.get("PAYDESK", "target/fast/paydesk")
# How often each case is drawn. Most customers simply pay.
CASES = {
    "normal": 50,
    "lost_after": 8,
    "lost_before": 4,
    "error_but_paid": 6,
    "error_not_paid": 3,
    "password_then_paid": 6,
    "password_then_refused": 3,
    "wrong_signature": 4,
    "insufficient_balance": 6,
    "notify_twice": 3,
    "reverse_needs_repeat": 2,
    "paid_after_reverse": 2,
    "refund_slow": 3,
    "refund_refused": 1,
}
# Loopback has no long queues, and a test has no 45 s per customer. How things are decided is unchanged.
TIMING = "timing = { first_inquiry_ms = 300, inquiry_every_ms = 700, give_up_after_ms = 12000, in_flight_max_ms = 2000 }"
# So often a part is broken again before it is up: in the database's recovery, or while the server takes up what is open.
BROKEN_IN_THE_START = 0.25
# Sales of every till between the last break and the end.
SALES_AT_THE_END = 2
# Patience with a machine that is busy with other things. Nothing is concluded from how long anything took.
STARTS_WITHIN_S = 180
ANSWERS_WITHIN_S = 300


def first_line(process, what):
    """What a process says when it is ready. One that says nothing for too long is ended."""
    patience = threading.Timer(STARTS_WITHIN_S, process.kill)
    patience.daemon = True
    patience.start()
    try:
        line = process.stdout.readline()
    finally:
        patience.cancel()
    if not line:
        raise RuntimeError(f"{what} did not start: exit code {process.wait()}")
    return line


def http_json(address, method, path, headers=None, content=None, timeout=8):
    connection = http.client.HTTPConnection(address, timeout=timeout)
    try:
        body = None if content is None else json.dumps(content)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")
    finally:
        connection.close()


class Provider:
    """One simulator in its own process."""

    def __init__(self, name, folder, host):
        self.name = name
        self.credentials = folder / f"{name}.json"
        port = free_port()
        self.address = f"{host}:{port}"
        command = [BINARY, "simulate", name, "--listen", host, "--port", str(port),
                   "--credentials", str(self.credentials)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        first_line(self.process, f"the simulator of {name}")
        _, codes = http_json(self.address, "GET", "/_simulator/codes", timeout=60)
        self.forms = {entry["treatment"]: (entry["code"][:2], entry["code"][-6:]) for entry in codes}

    def code(self, treatment, serial):
        prefix, ending = self.forms[treatment]
        return f"{prefix}{serial:010}{ending}"

    def books(self):
        return http_json(self.address, "GET", "/_simulator/books", timeout=60)[1]


class Server:
    """The server, ended and started again on the same port and database."""

    def __init__(self, config, prefix=(), log=None):
        self.config, self.prefix, self.log = config, tuple(prefix), log
        self.starts = []
        self.start()

    def start(self):
        """Until it serves, or raises with what it said."""
        self.launch()
        self.ready()

    def launch(self):
        """Begins to start it."""
        self.began = time.monotonic()
        command = [*self.prefix, BINARY, "serve", "--config", str(self.config)]
        log = self.log.open("a") if self.log else None
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True)
        if log:
            log.close()

    def ready(self):
        """Until what was launched serves, or raises with what it said."""
        try:
            first_line(self.process, "the server")
        except RuntimeError:
            self.process.stdout.close()
            raise
        self.starts.append(time.monotonic() - self.began)

    def kill(self):
        """SIGKILL to it and to whatever was started with it."""
        # The number of one that is buried may be somebody else's.
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


    def freeze(self):
        """Stops all of it at one instant."""
        if self.process.poll() is None:
            processes.freeze(self.process.pid)


class Till(threading.Thread):
    """Sells until told to stop; asks again with the same key until it is answered, or until the shop is torn down."""

    def __init__(self, shop, number):
        super().__init__(daemon=True)
        self.shop, self.random = shop, random.Random(shop.seed * 1000 + number)
        self.acknowledged, self.cases, self.refusals, self.repeats = {}, {}, collections.Counter(), 0
        self.error = None

    def run(self):
        try:
            while not self.shop.closing.is_set():
                self.sale()
        except Exception as error:
            self.error = error

    def until_answered(self, path, content):
        headers = {**self.shop.headers, "idempotency-key": uuid.uuid4().hex}
        while not self.shop.over.is_set():
            try:
                status, answer = http_json(self.shop.address, "POST", path, headers, content)
                if status < 500:
                    return status, answer
            except (OSError, http.client.HTTPException, ValueError):
                pass
            self.repeats += 1
            time.sleep(0.05)
        raise RuntimeError(f"{path} was never answered")

    def sale(self):
        provider = self.random.choice(self.shop.providers)
        treatment = self.random.choices(list(CASES), CASES.values())[0]
        amount = self.random.randint(1, 200_000)
        content = {
            "amount": {"amount": amount, "currency": "CNY"},
            "method": {"payer_code": {"code": provider.code(treatment, self.shop.next_serial())}},
        }
        status, payment = self.until_answered(f"/v1/payments?wait={self.random.choice([0, 1, 1, 2])}", content)
        if status not in (200, 201):
            raise RuntimeError(f"a sale was answered {status}: {payment}")
        self.acknowledged[payment["id"]] = (amount, payment["money"])
        self.cases[payment["order_no"]] = treatment
        wish = self.random.random()
        if wish < 0.08:
            self.until_answered(f"/v1/payments/{payment['id']}/cancel", {})
        elif wish < 0.25:
            part = {"amount": {"amount": self.random.randint(1, amount), "currency": "CNY"}, "reason": "torture"}
            status, answer = self.until_answered(f"/v1/payments/{payment['id']}/refunds", part)
            self.refusals[answer.get("code", "taken")] += 1


class Shop:
    """`disk` is the folder that holds all that must survive; `database` says which engine (databases.py). The server is
    at `host`, started with `prefix` before its command; the providers are at `street`."""

    def __init__(self, folder, disk, database, seed, tills, prefix=(), host="127.0.0.1", street="127.0.0.1"):
        self.seed, self.database = seed, database
        # The tills begin nothing new; nobody asks any more.
        self.closing, self.over = threading.Event(), threading.Event()
        # What is not up yet, in the order in which it starts; the first is launched.
        self.starting = []
        self.providers = [Provider(name, folder, street) for name in ("wechat", "alipay")]
        self.address = f"{host}:{free_port()}"
        config = self.install(folder, disk)
        self.headers = {
            "authorization": f"Bearer {(folder / 'key').read_text()}",
            "content-type": "application/json",
        }
        # Beside the disk that may lose its power: what a server says last is wanted most.
        self.log = folder / "server.log"
        self.server = Server(config, prefix, self.log)
        self.serial, self.lock = seed * 1_000_000, threading.Lock()
        self.tills = [Till(self, number) for number in range(tills)]

    def install(self, folder, disk):
        (folder / "password").write_text("not-a-real-one")
        command = [BINARY, "init", "--yes", "--dir", disk / "shop", "--listen", self.address,
                   "--public-url", f"http://{self.address}", "--password-file", folder / "password",
                   "--api-key-file", folder / "key"]
        if self.database.url:
            command += ["--database", self.database.url]
        for provider in self.providers:
            command += [f"--{provider.name}", provider.credentials]
        subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
        config = disk / "shop" / "paydesk.toml"
        text = config.read_text()
        for provider in self.providers:
            line = f'provider = "{provider.name}"\n'
            text = text.replace(line, line + TIMING + "\n")
        config.write_text(text)
        return config

    def open(self):
        """The tills begin to sell."""
        for till in self.tills:
            till.start()

    def rise(self, parts, chance):
        """Starts these again, one after the other. Now and then it leaves off in the middle of a start, for the next break
        to fall into it."""
        for number, part in enumerate(parts):
            part.launch()
            self.starting = parts[number:]
            if chance.random() < BROKEN_IN_THE_START:
                return
            part.ready()
        self.starting = []

    def risen(self):
        """Until all that was left in the middle of its start is up."""
        for number, part in enumerate(self.starting):
            if number > 0:
                part.launch()
            part.ready()
        self.starting = []

    def close(self):
        """Each till sells a few times more, and finishes what it began."""
        deadline = time.monotonic() + ANSWERS_WITHIN_S
        enough = {till: len(till.acknowledged) + SALES_AT_THE_END for till in self.tills}
        while any(till.is_alive() and len(till.acknowledged) < wanted for till, wanted in enough.items()):
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        self.closing.set()
        for till in self.tills:
            till.join(max(0, deadline - time.monotonic()))
        # Whoever is not finished by now says so itself.
        self.over.set()
        for till in self.tills:
            till.join()

    def before(self):
        """What is looked at before anybody sells."""
        return ()

    def after(self):
        """Tells what else was measured, when the books were compared."""

    def mend(self):
        """Ends the faults that are on all the time, before the books are compared."""

    def afterwards(self):
        """Puts away what the breaker set up."""

    def next_serial(self):
        with self.lock:
            self.serial += 1
            return self.serial % 10**10

    def payments(self):
        found, cursor = [], None
        while True:
            path = "/v1/payments?limit=200" + (f"&cursor={cursor}" if cursor else "")
            page = self.answer("GET", path)
            found += page["items"]
            cursor = page["next"]
            if not cursor:
                return found

    def answer(self, method, path, content=None):
        """What a server says that is up again, however long it takes to; anything but 200 is an error."""
        deadline = time.monotonic() + ANSWERS_WITHIN_S
        while True:
            try:
                status, answer = http_json(self.address, method, path, self.headers, content, timeout=60)
                said = f"{status}: {answer}"
            except (OSError, http.client.HTTPException, ValueError) as error:
                status, said = None, repr(error)
            if status == 200:
                return answer
            if (status is not None and status < 500) or time.monotonic() > deadline:
                raise RuntimeError(f"{method} {path} was answered {said}")
            time.sleep(0.2)

    def stop(self):
        self.over.set()
        self.server.kill()
        self.database.kill()
        for provider in self.providers:
            provider.process.kill()
            provider.process.wait()
