"""The Python package standardwebhooks checks every message that a real `paydesk serve` sends to a shop's own system.

    python tests/outsiders/webhooks.py PAYDESK_BINARY WECHAT.json
"""

import http.server
import json
import pathlib
import sys
import tempfile
import threading
import urllib.error

from outside import Shop, Simulator, Tally, eventually
from standardwebhooks import Webhook, WebhookVerificationError

binary, wechat_file = sys.argv[1:]
simulator = Simulator(json.load(open(wechat_file, encoding="utf-8"))["base_url"])
tally = Tally("standardwebhooks")


class System:
    """A shop's own system: it refuses its first message, takes the others, and leads one path elsewhere."""

    def __init__(self):
        heard = self.heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(503 if len(heard) == 1 else 204)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}/paydesk"


def shop_that_tells(folder, private):
    """A real server; whether it may tell systems inside a private network is its configuration."""
    def alter(text):
        return text.replace("private_addresses = false", f"private_addresses = {str(private).lower()}")
    return Shop(binary, folder, {"wechat": wechat_file}, alter)


def verified(webhook, message):
    headers, body = message
    try:
        return webhook.verify(body, headers)
    except WebhookVerificationError:
        return None


def told(folder):
    shop, system = shop_that_tells(folder, private=True), System()
    try:
        made = shop.ask("POST", "/v1/webhooks", {"url": system.url})
        webhook = Webhook(made["secret"])
        amount = {"amount": 1250, "currency": "CNY"}
        code = {"payer_code": {"code": simulator.code("normal")}}
        paid = shop.ask("POST", "/v1/payments?wait=10", {"amount": amount, "method": code})
        tally.check("a payment is taken", paid["money"] == "paid", paid)
        shop.ask("POST", f"/v1/payments/{paid['id']}/refunds?wait=10", {"amount": {"amount": 500, "currency": "CNY"}})
        tally.check("three messages come", eventually(lambda: len(system.heard) >= 3, 60), system.heard)
        events = [verified(webhook, message) for message in system.heard]
        kinds = [event and event["type"] for event in events]
        tally.check("each is rightly signed, in order, the refused one twice",
                    kinds == ["payment.paid", "payment.paid", "refund.done"], kinds)
        ids = [headers["webhook-id"] for headers, _ in system.heard]
        tally.check("a repeat has the same number", ids[0] == ids[1] != ids[2], ids)
        headers, body = system.heard[0]
        tally.check("a changed message is refused", verified(webhook, (headers, body + b" ")) is None)
        later = {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}
        tally.check("another time is refused", verified(webhook, (later, body)) is None)
    finally:
        shop.end()


def guarded(folder):
    shop, system = shop_that_tells(folder, private=False), System()
    try:
        for url in (system.url, system.url.replace("http:", "https:"), "https://localhost/", "https://169.254.169.254/"):
            try:
                shop.ask("POST", "/v1/webhooks", {"url": url})
                code = "taken"
            except urllib.error.HTTPError as refused:
                code = json.loads(refused.read())["code"]
            tally.check(f"{url.split(':', 1)[0]} to a private network is refused", code == "webhook_url_unfit", code)
    finally:
        shop.end()


for play in (told, guarded):
    with tempfile.TemporaryDirectory() as name:
        tally.attempt(play.__name__, lambda: play(pathlib.Path(name)))
tally.end()
