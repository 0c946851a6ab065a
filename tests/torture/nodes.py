"""Two servers on one PostgreSQL, behind clients that take the next one when a connection is refused.

Each time one of them is killed in the middle of its work, put to sleep for longer than its lease and woken, or
restarted as an operator does it (SIGTERM). A restart must fail no request; a death may only cost what a till asks
again; and whatever one began, the other finishes within the lease.
"""

import hashlib
import hmac
import http.client
import itertools
import json
import math
import shutil
import signal
import threading
import time
import uuid

from databases import Missing, made
from ports import free_port
from shop import Server, Shop, http_json

WHAT = "deaths, sleeps and restarts of one of two servers"
LEASE_S = 4
# Whoever is dead for so long does not come back before the other has taken over.
DEAD_S = LEASE_S + 3
# A lease, a look at the others, and a machine that is busy with other things.
TAKEN_OVER_WITHIN_S = 90
# From the sale at one server to its event at the other; a moment, but for the machine.
HEARD_WITHIN_S = 60
ENDS_WITHIN_S = 120


class Buyers(threading.Thread):
    """Sells without ever asking twice, except where a connection was refused.

    The system resets a connection that comes in the very moment in which a door closes. Such a request must have been
    turned away at the door: the same key asked once more is then new to the servers."""

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
                status, answer = self.sell(headers, content)
                if status == 201:
                    self.answered += 1
                else:
                    self.failed.append((status, answer))
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.failed.append(repr(error))

    def sell(self, headers, content):
        try:
            return self.shop.ask("POST", "/v1/payments?wait=1", headers, content)
        except (ConnectionResetError, BrokenPipeError):
            return self.shop.ask("POST", "/v1/payments?wait=1", headers, content)


class Death:
    """What a server that was killed left behind, and how soon the other went on with it."""

    def __init__(self, database, name):
        self.database = database
        # The clock of facts is the database's.
        self.at = int(database.rows(f"SELECT {CLOCK}")[0][0])
        ended = " OR ".join(f"body LIKE '%\"{end}\":{{%'" for end in ("answered", "lost", "never_left"))
        asked = "body LIKE '%\"asked\":{%'"
        left = database.rows(
            "SELECT p.id, p.due_at, count(*) FILTER (WHERE " + asked + f") - count(*) FILTER (WHERE {ended}) "
            "FROM payments p JOIN nodes n ON n.fence = p.holder JOIN facts f ON f.payment = p.id "
            f"WHERE p.due_at IS NOT NULL AND n.name = '{name}' AND n.standing = 'alive' GROUP BY p.id, p.due_at")
        # A payment with a call on its way has something to be done at once; others when they are due.
        self.left = {id: self.at if int(calls) > 0 else max(self.at, int(due)) for id, due, calls in left}

    def silences(self):
        """For each payment how long after the death it had something to be done, in microseconds, and how many seconds it
        lay idle from then on. Payments that came to rest with what the dead one had just sent to the database have nothing
        more to be done."""
        listed = ", ".join(f"'{id}'" for id in self.left) or "''"
        found = self.database.rows(
            f"SELECT payment, min(at) FROM facts WHERE payment IN ({listed}) AND at > {self.at} GROUP BY payment")
        return [(self.left[id] - self.at, (int(at) - self.left[id]) / 1e6) for id, at in found]


CLOCK = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"


def in_words(deaths):
    """How long payments of the dead lay idle."""
    all_of_them = [silence for death in deaths for silence in death.silences()]
    at_once = sorted(seconds for after, seconds in all_of_them if after < LEASE_S * 1e6)
    later = sorted(seconds for after, seconds in all_of_them if after >= LEASE_S * 1e6)
    if not at_once:
        return f"{len(deaths)} deaths left nothing to take over"
    place = lambda part: at_once[min(math.ceil(len(at_once) * part), len(at_once)) - 1]
    words = (f"{len(deaths)} deaths left {len(at_once)} payments with something to do; the other server's first "
             f"fact came after {place(0.5):.2f} s (median), {place(0.99):.2f} s (p99), {at_once[-1]:.2f} s (longest)")
    return words + (f"; {len(later)} that were due later waited at most {later[-1]:.2f} s beyond it" if later else "")


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
        self.servers = [self.server, Server(other, log=self.log)]
        self.names = {self.servers[0]: "a", self.servers[1]: "b"}
        self.deaths = []

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
                return http_json(self.address, method, path, headers, content, timeout=60)
            except ConnectionRefusedError:
                time.sleep(0.01)
        raise ConnectionRefusedError("no server lets anybody in")

    def after(self):
        print(in_words(self.deaths))

    def dies(self, server):
        """Kills it, and remembers what it leaves behind."""
        server.kill()
        self.deaths.append(Death(self.database, self.names[server]))

    def restart_one(self, server):
        """As an operator does it."""
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(ENDS_WITHIN_S)
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
        buyer.join(ENDS_WITHIN_S)
    return sum(buyer.answered for buyer in buyers), [failed for buyer in buyers for failed in buyer.failed]


def finished_by_the_other(shop):
    """Begins payments on one server, kills it before they can end, and gives how long the other took for them all, in
    words, and how many it did not finish."""
    victim, other = shop.servers[0], shop.addresses[1]
    patient = {"timeout": 60}
    provider = shop.providers[0]
    begun = []
    for _ in range(20):
        content = {
            "amount": {"amount": 100, "currency": "CNY"},
            "method": {"payer_code": {"code": provider.code("lost_after", shop.next_serial())}},
        }
        headers = {**shop.headers, "idempotency-key": uuid.uuid4().hex}
        status, answer = http_json(shop.addresses[0], "POST", "/v1/payments", headers, content, **patient)
        assert status in (200, 201), answer
        begun.append(answer["id"])
    victim.kill()
    death, killed = Death(shop.database, "a"), time.monotonic()
    waiting = set(begun)
    while waiting and time.monotonic() - killed < TAKEN_OVER_WITHIN_S:
        for payment in list(waiting):
            status, answer = http_json(other, "GET", f"/v1/payments/{payment}", shop.headers, **patient)
            if status == 200 and answer["money"] not in ("waiting", "verifying"):
                waiting.discard(payment)
        time.sleep(0.1)
    took = time.monotonic() - killed
    victim.start()
    return f"{took:.1f} s after its death; {in_words([death])}", len(waiting)


def wish_at_the_wrong_server(shop):
    """A payment that one server drives is canceled at the other: it answers as if it were its own. Its payer never types
    the password, so that it is open for as long as the machine may need."""
    provider = shop.providers[0]
    content = {
        "amount": {"amount": 100, "currency": "CNY"},
        "method": {"payer_code": {"code": provider.code("password_never_typed", shop.next_serial())}},
    }
    headers = {**shop.headers, "idempotency-key": uuid.uuid4().hex}
    status, begun = http_json(shop.addresses[0], "POST", "/v1/payments", headers, content, timeout=60)
    repeat, again = http_json(shop.addresses[1], "POST", "/v1/payments", headers, content, timeout=60)
    wish = {**shop.headers, "idempotency-key": uuid.uuid4().hex}
    canceled, answer = http_json(shop.addresses[1], "POST", f"/v1/payments/{begun['id']}/cancel", wish, {}, timeout=60)
    return (status, repeat, begun["id"] == again.get("id"), canceled), answer


def sealed(key, about, status, body):
    """The seal of a reply, as docs of providers/contract/src/seal.rs say: under the hash of the key."""
    tag = hmac.new(hashlib.sha256(key.encode()).hexdigest().encode(), digestmod="sha256")
    tag.update(len(about).to_bytes(8, "big") + about.encode() + status.to_bytes(2, "big") + body)
    return tag.hexdigest()


def tills_wishes_at_the_wrong_server(shop):
    """What a till asks by its own number reaches the server that drives the payment, and comes back with a seal that
    fits; gives what did not."""
    provider, wrong = shop.providers[0], []
    key = shop.headers["authorization"].removeprefix("Bearer ")
    for wish in ("cancel", "undo"):
        content = {
            "amount": {"amount": 100, "currency": "CNY"},
            "method": {"payer_code": {"code": provider.code("password_never_typed", shop.next_serial())}},
        }
        attempt = uuid.uuid4().hex
        headers = {**shop.headers, "idempotency-key": attempt, "paydesk-about": attempt}
        http_json(shop.addresses[0], "POST", "/v1/payments", headers, content, timeout=60)
        connection = http.client.HTTPConnection(shop.addresses[1], timeout=60)
        connection.request("POST", f"/v1/payments/by-key/{attempt}/{wish}?wait=1", "{}", headers)
        answer = connection.getresponse()
        body, seal = answer.read(), answer.headers.get_all("paydesk-seal")
        connection.close()
        if answer.status != 200 or seal != [sealed(key, attempt, answer.status, body)]:
            wrong.append((wish, answer.status, seal, body[:200]))
    return wrong


class Listener(threading.Thread):
    """Hears what one server tells of payments. `ready` once it hears all that happens from then on."""

    def __init__(self, address, headers):
        super().__init__(daemon=True)
        self.connection = http.client.HTTPConnection(address, timeout=HEARD_WITHIN_S)
        self.headers, self.heard, self.ready, self.error = headers, set(), threading.Event(), None

    def run(self):
        try:
            self.connection.request("GET", "/v1/events", headers=self.headers)
            for line in iter(self.connection.getresponse().readline, b""):
                # The greeting comes after the server began to listen for us.
                if line.startswith(b"event:") and b"hello" in line:
                    self.ready.set()
                if line.startswith(b"data:") and b'"order_no"' in line:
                    self.heard.add(json.loads(line[5:])["id"])
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.error = error
        self.ready.set()


def heard_at_the_other(shop):
    """Listens at one server while the other sells; gives the sales that were not heard of."""
    listener = Listener(shop.addresses[1], shop.headers)
    listener.start()
    if not listener.ready.wait(HEARD_WITHIN_S) or listener.error:
        return f"no greeting: {listener.error!r}"
    provider, begun = shop.providers[0], set()
    for _ in range(30):
        content = {
            "amount": {"amount": 100, "currency": "CNY"},
            "method": {"payer_code": {"code": provider.code("normal", shop.next_serial())}},
        }
        headers = {**shop.headers, "idempotency-key": uuid.uuid4().hex}
        begun.add(http_json(shop.addresses[0], "POST", "/v1/payments?wait=2", headers, content, timeout=60)[1]["id"])
    deadline = time.monotonic() + HEARD_WITHIN_S
    while begun - listener.heard and listener.is_alive() and time.monotonic() < deadline:
        time.sleep(0.1)
    return begun - listener.heard


def breaking(options, folder, chance):
    """Gives the shop and what breaks it once."""
    if options.database != "postgres":
        raise Missing("two servers need PostgreSQL: --database postgres")
    shop = Nodes(folder, made("postgres", folder), options.seed, options.tills)

    def once():
        server = chance.choice(shop.servers)
        how = chance.random()
        if how < 0.25:
            server.kill()
            time.sleep(chance.uniform(0, LEASE_S))
            server.start()
        elif how < 0.5:
            shop.dies(server)
            time.sleep(DEAD_S)
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
    wrong = tills_wishes_at_the_wrong_server(shop)
    yield "a till's wishes by its own number do too, and their seals come back", not wrong, wrong
    missed = heard_at_the_other(shop)
    yield "what one server does is heard at the other", not missed, missed
    took, left = finished_by_the_other(shop)
    yield f"payments of a killed server are finished by the other ({took})", left == 0, left
    answered, failed = rolling_restart(shop)
    yield f"a rolling restart fails none of {answered} requests", answered > 0 and not failed, failed[:3]
