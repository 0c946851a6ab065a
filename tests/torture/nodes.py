"""Two servers on one PostgreSQL, behind clients that take the next one when a connection is refused.

Each time one of them is killed in the middle of its work, put to sleep for longer than its lease and woken, or
restarted as an operator does it (SIGTERM). A restart must fail no request; a death may only cost what a till asks
again; and whatever one began, the other finishes within the lease.
"""

import http.client
import itertools
import json
import shutil
import signal
import threading
import time
import uuid

from databases import Missing, made
from shop import Server, Shop, free_port, http_json

WHAT = "deaths, sleeps and restarts of one of two servers"
LEASE_S = 4
# A lease, a look at the others, and a machine that is busy with other things.
TAKEN_OVER_WITHIN_S = 30


class Buyers(threading.Thread):
    """Sells without ever asking twice, except where a connection was refused."""

    def __init__(self, shop):
        super().__init__(daemon=True)
        self.shop, self.over, self.answered, self.failed = shop, threading.Event(), 0, []

    def run(self):
        provider = self.shop.providers[0]
        while not self.over.is_set():
            content = {
                "amount": {"amount": 100, "currency": "CNY"},
                "method": {"payer_code": {"code": provider.code("normal", self.shop.next_serial())}},
            }
            headers = {**self.shop.headers, "idempotency-key": uuid.uuid4().hex}
            try:
                status, answer = self.shop.ask("POST", "/v1/payments?wait=1", headers, content)
                if status == 201:
                    self.answered += 1
                    self.shop.sold[answer["id"]] = answer["order_no"]
                else:
                    self.failed.append((status, answer))
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(repr(error))


class Nodes(Shop):
    """A shop with two servers. `address` is the next one's that lets somebody in."""

    def __init__(self, folder, database, seed, tills):
        self.addresses, self.turn = [], itertools.count()
        super().__init__(folder, folder, database, seed, tills)
        config = folder / "shop" / "paydesk.toml"
        other = folder / "shop" / "second.toml"
        second = f"127.0.0.1:{free_port()}"
        shutil.copy(config, other)
        for path, name, listen in ((config, "a", self.addresses[0]), (other, "b", second)):
            text = path.read_text().replace(f'listen = "{self.addresses[0]}"', f'listen = "{listen}"')
            path.write_text(text + f'\n[node]\nname = "{name}"\nlease_ms = {LEASE_S * 1000}\n')
        self.server.kill()
        self.server.start()
        self.addresses.append(second)
        self.servers = [self.server, Server(other)]
        self.sold, self.seen = {}, []

    @property
    def address(self):
        return self.addresses[next(self.turn) % len(self.addresses)]

    @address.setter
    def address(self, first):
        self.addresses = [first]

    def ask(self, method, path, headers, content=None):
        """Of the servers the first that lets us in; anything but a refused connection is the answer."""
        for _ in range(200):
            try:
                return http_json(self.address, method, path, headers, content, timeout=30)
            except ConnectionRefusedError:
                time.sleep(0.01)
        raise ConnectionRefusedError("no server lets anybody in")

    def restart_one(self, server):
        """As an operator does it."""
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(30)
        server.process.stdout.close()
        server.start()

    def stop(self):
        for server in self.servers:
            server.kill()
        super().stop()


def rolling_restart(shop):
    """Both servers one after the other while four clients sell; gives requests answered, and those that failed."""
    buyers = [Buyers(shop) for _ in range(4)]
    for buyer in buyers:
        buyer.start()
    for server in shop.servers:
        time.sleep(0.5)
        shop.restart_one(server)
    time.sleep(0.5)
    for buyer in buyers:
        buyer.over.set()
        buyer.join(60)
    return sum(buyer.answered for buyer in buyers), [failed for buyer in buyers for failed in buyer.failed]


def finished_by_the_other(shop):
    """Begins payments on one server, kills it before they can end, and gives how long the other took for them all."""
    victim, other = shop.servers[0], shop.addresses[1]
    provider = shop.providers[0]
    begun = []
    for _ in range(20):
        content = {
            "amount": {"amount": 100, "currency": "CNY"},
            "method": {"payer_code": {"code": provider.code("lost_after", shop.next_serial())}},
        }
        headers = {**shop.headers, "idempotency-key": uuid.uuid4().hex}
        status, answer = http_json(shop.addresses[0], "POST", "/v1/payments", headers, content)
        assert status in (200, 201), answer
        begun.append(answer["id"])
    victim.kill()
    killed = time.monotonic()
    waiting = set(begun)
    while waiting and time.monotonic() - killed < TAKEN_OVER_WITHIN_S:
        for payment in list(waiting):
            status, answer = http_json(other, "GET", f"/v1/payments/{payment}", shop.headers)
            if status == 200 and answer["money"] not in ("waiting", "verifying"):
                waiting.discard(payment)
        time.sleep(0.1)
    took = time.monotonic() - killed
    victim.start()
    return took, len(waiting)


def wish_at_the_wrong_server(shop):
    """A payment that one server drives is canceled at the other: it answers as if it were its own."""
    provider = shop.providers[0]
    content = {
        "amount": {"amount": 100, "currency": "CNY"},
        "method": {"payer_code": {"code": provider.code("password_then_paid", shop.next_serial())}},
    }
    headers = {**shop.headers, "idempotency-key": uuid.uuid4().hex}
    status, begun = http_json(shop.addresses[0], "POST", "/v1/payments?wait=1", headers, content)
    repeat, again = http_json(shop.addresses[1], "POST", "/v1/payments?wait=1", headers, content)
    wish = {**shop.headers, "idempotency-key": uuid.uuid4().hex}
    canceled, answer = http_json(shop.addresses[1], "POST", f"/v1/payments/{begun['id']}/cancel", wish, {})
    return (status, repeat, begun["id"] == again.get("id"), canceled), answer


def heard_at_the_other(shop):
    """Listens at one server while the other sells; gives the sales that were not heard of."""
    heard, over = set(), threading.Event()

    def listen():
        connection = http.client.HTTPConnection(shop.addresses[1], timeout=30)
        connection.request("GET", "/v1/events", headers=shop.headers)
        answer = connection.getresponse()
        for line in iter(answer.readline, b""):
            if line.startswith(b"data:") and b'"order_no"' in line:
                heard.add(json.loads(line[5:])["id"])
            if over.is_set():
                return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    time.sleep(1)
    provider, begun = shop.providers[0], set()
    for _ in range(30):
        content = {
            "amount": {"amount": 100, "currency": "CNY"},
            "method": {"payer_code": {"code": provider.code("normal", shop.next_serial())}},
        }
        headers = {**shop.headers, "idempotency-key": uuid.uuid4().hex}
        begun.add(http_json(shop.addresses[0], "POST", "/v1/payments?wait=2", headers, content)[1]["id"])
    deadline = time.monotonic() + 10
    while begun - heard and time.monotonic() < deadline:
        time.sleep(0.1)
    over.set()
    return begun - heard


def breaking(arguments, folder, chance):
    """Gives the shop and what breaks it once."""
    if arguments.database != "postgres":
        raise Missing("two servers need PostgreSQL: --database postgres")
    shop = Nodes(folder, made("postgres", folder), arguments.seed, arguments.tills)

    def once():
        server = chance.choice(shop.servers)
        how = chance.random()
        if how < 0.5:
            server.kill()
            time.sleep(chance.uniform(0, LEASE_S + 2))
            server.start()
        elif how < 0.75:
            server.process.send_signal(signal.SIGSTOP)
            time.sleep(LEASE_S + 3)
            server.process.send_signal(signal.SIGCONT)
        else:
            shop.restart_one(server)

    shop.before = lambda: list(before(shop))
    return shop, once


def before(shop):
    """What is looked at while nothing else happens."""
    answers, answer = wish_at_the_wrong_server(shop)
    yield "a wish reaches the server that drives the payment", answers == (201, 200, True, 200), (answers, answer)
    missed = heard_at_the_other(shop)
    yield "what one server does is heard at the other", not missed, missed
    took, left = finished_by_the_other(shop)
    yield f"payments of a killed server are finished by the other ({took:.1f} s after its death)", left == 0, left
    answered, failed = rolling_restart(shop)
    yield f"a rolling restart fails none of {answered} requests", answered > 0 and not failed, failed[:3]
