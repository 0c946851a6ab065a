"""What every outsider's script shares: counting checks, the simulator's steering, a place for notifications,
a provider to talk to, a server."""

import http.server
import json
import pathlib
import queue
import re
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid


class Tally:
    """Counts checks and prints each as it happens."""

    def __init__(self, who):
        self.who = who
        self.passed = self.failed = 0

    def check(self, what, holds, seen=None):
        if holds:
            self.passed += 1
            print(f"ok - {self.who}: {what}", flush=True)
        else:
            self.failed += 1
            print(f"FAILED - {self.who}: {what}; seen: {seen!r}"[:600], flush=True)
        return holds

    def attempt(self, what, action):
        """Runs a group of checks; an exception is one failure."""
        try:
            action()
        except Exception as error:  # an outsider's library may raise anything
            self.check(what, False, f"{type(error).__name__}: {error}")

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed, 0 skipped", flush=True)
        raise SystemExit(1 if self.failed else 0)


class Simulator:
    """Steers a simulator below /_simulator/ on its own port."""

    def __init__(self, base_url):
        parts = base_url.split("/")
        self.origin = "/".join(parts[:3])

    def ask(self, method, path, content=None):
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(f"{self.origin}/_simulator/{path}", data=body, method=method)
        if method == "POST" and body is None:
            request.data = b""
        with urllib.request.urlopen(request, timeout=5) as reply:
            return json.loads(reply.read())

    def code(self, treatment):
        """A payer's code that nobody used before and that asks for this treatment."""
        codes = {entry["treatment"]: entry["code"] for entry in self.ask("GET", "codes")}
        return codes[treatment]

    def scan(self, order_no):
        return self.ask("POST", f"scan/{order_no}")

    def book(self, order_no):
        return self.ask("GET", f"books/{order_no}")


class Inbox:
    """A web server that keeps the notifications it is sent and acknowledges each as told."""

    def __init__(self, status, content_type, acknowledgement):
        received = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                received.put((dict(self.headers.items()), body))
                self.send_response(status)
                self.send_header("content-type", content_type)
                self.send_header("content-length", str(len(acknowledgement)))
                self.end_headers()
                self.wfile.write(acknowledgement)

            def log_message(self, *_):
                pass

        self.received = received
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/notify"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self, seconds=15):
        return self.received.get(timeout=seconds)


class Gateway:
    """A provider on a port of its own, for our connector to talk to. `answer(path, headers, body)` says what each request is
    answered: the body, and the headers beside it."""

    def __init__(self):
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                content, headers = gateway.answer(self.path, self.headers, body)
                self.send_response(200)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.notify_url, self.seen = None, []
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"


def post(url, body, headers=None):
    """The status that a POST is answered with."""
    try:
        return urllib.request.urlopen(urllib.request.Request(url, body, headers or {}), timeout=20).status
    except urllib.error.HTTPError as refused:
        return refused.code


def sell_and_refund(tally, binary, provider, gateway, code, notices):
    """A shop whose only provider is `gateway` sells for 12.50, gives 5.00 back, and is sent notifications:
    `notices(gateway)` yields what each is, its body and headers, and the status that it must be answered with."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        credentials = folder / f"{provider}.json"
        credentials.write_text(json.dumps(gateway.credentials()))
        shop = Shop(binary, folder, {provider: credentials})
        try:
            sale = {"amount": {"amount": 1250, "currency": "CNY"}, "method": {"payer_code": {"code": code}}}
            paid = shop.ask("POST", "/v1/payments?wait=3", sale)
            tally.check("our connector believes a good answer", paid["money"] == "paid", paid)
            shop.ask("POST", f"/v1/payments/{paid['id']}/refunds", {"amount": {"amount": 500, "currency": "CNY"}})
            now = lambda: shop.ask("GET", f"/v1/payments/{paid['id']}")
            tally.check("and a refund's", eventually(lambda: now()["refunded"]["amount"] == 500, 30), now())
            asked = urllib.parse.urlsplit(gateway.notify_url)
            address = shop.url + asked.path + (f"?{asked.query}" if asked.query else "")
            for what, body, headers, status in notices(gateway):
                told = post(address, body, headers)
                tally.check(f"a notification that is {what} is answered {status}", told == status, told)
        finally:
            shop.end()


class Shop:
    """A real server whose wallets have these credentials' files; `alter` changes the text of its configuration."""

    def __init__(self, binary, folder, wallets, alter=None):
        (folder / "password").write_text("not-a-real-one")
        init = [binary, "init", "--yes", "--dir", folder / "shop", "--password-file", folder / "password",
                "--listen", "127.0.0.1:0", "--api-key-file", folder / "key", "--public-url", "http://127.0.0.1:1"]
        for wallet, credentials in wallets.items():
            init += [f"--{wallet}", credentials]
        subprocess.run(list(map(str, init)), check=True, stdout=subprocess.DEVNULL)
        config = folder / "shop" / "paydesk.toml"
        if alter:
            config.write_text(alter(config.read_text(encoding="utf-8")), encoding="utf-8")
        serve = [binary, "serve", "--config", str(config)]
        self.process = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True)
        self.url = re.search(r"http://\S+", self.process.stdout.readline()).group()
        self.key = (folder / "key").read_text()

    def ask(self, method, path, content=None):
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json",
                   "idempotency-key": order_no()}
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self.url + path, data=body, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as reply:
            return json.loads(reply.read())

    def end(self):
        self.process.terminate()
        self.process.wait(20)


def order_no():
    """An order number of the form Paydesk uses, so that the simulator can be steered by it."""
    return uuid.uuid4().hex


def eventually(question, seconds=15):
    """Asks until the answer is true; returns the last answer."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(0.5)
