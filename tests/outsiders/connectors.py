"""Every request that our connectors send, and every answer our simulators give, checked by other people's code.

A proxy stands between a real `paydesk serve` and the two simulators. What passes is verified with the Python
packages cryptography (WeChat Pay) and pycryptodomex as python-alipay-sdk uses it (Alipay), and passed on unchanged.

    python tests/outsiders/connectors.py PAYDESK_BINARY WECHAT.json ALIPAY.json
"""

import base64
import http.client
import http.server
import json
import pathlib
import re
import sys
import tempfile
import threading
import time
import urllib.parse

from alipay import AliPay
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from outside import Shop, Simulator, Tally, eventually

binary, wechat_file, alipay_file = sys.argv[1:]
wechat = json.load(open(wechat_file, encoding="utf-8"))
alipay = json.load(open(alipay_file, encoding="utf-8"))
tally = Tally("our connectors")
seen = {}  # kind of request -> list of (request verified, answer verified)


def rsa_sha256(key, text, signature):
    try:
        key.verify(base64.b64decode(signature), text, padding.PKCS1v15(), hashes.SHA256())
        return True
    except (InvalidSignature, ValueError):
        return False


merchant_key = serialization.load_pem_private_key(wechat["merchant_private_key_pem"].encode(), None).public_key()
platform_key = serialization.load_pem_public_key(wechat["platform_public_key_pem"].encode())
app_public = serialization.load_pem_private_key(alipay["app_private_key_pem"].encode(), None).public_key()
# The SDK's client turned round: it verifies what the application signed, and with the gateway's key what comes back.
app_verifier = AliPay(
    alipay["app_id"],
    None,
    alipay["app_private_key_pem"],
    app_public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode(),
)
gateway_verifier = AliPay(alipay["app_id"], None, alipay["app_private_key_pem"], alipay["alipay_public_key_pem"])


def wechat_request(method, target, headers, body):
    scheme, _, rest = headers["authorization"].partition(" ")
    fields = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    text = f"{method}\n{target}\n{fields['timestamp']}\n{fields['nonce_str']}\n".encode() + body + b"\n"
    good = scheme == "WECHATPAY2-SHA256-RSA2048" and fields["mchid"] == wechat["mchid"]
    return good and rsa_sha256(merchant_key, text, fields["signature"])


def wechat_answer(headers, body):
    text = f"{headers['wechatpay-timestamp']}\n{headers['wechatpay-nonce']}\n".encode() + body + b"\n"
    return rsa_sha256(platform_key, text, headers["wechatpay-signature"])


def wechat_kind(method, target):
    path = target.split("?")[0]
    return method + " " + re.sub(r"[0-9a-f]{32}", "N", path)


def alipay_parameters(target, body):
    query = urllib.parse.urlsplit(target).query
    return dict(urllib.parse.parse_qsl(query, keep_blank_values=True)) | dict(
        urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)
    )


def alipay_request(parameters):
    unsigned = {name: value for name, value in parameters.items() if name != "sign" and value}
    text = "&".join(f"{name}={unsigned[name]}" for name in sorted(unsigned))
    return app_verifier._verify(text, parameters["sign"])


def alipay_answer(method, body):
    response_type = method.replace(".", "_") + "_response"
    try:
        gateway_verifier._verify_and_return_sync_response(body.decode(), response_type)
        return True
    except Exception:
        return False


def proxy(origin, check):
    host = origin.removeprefix("http://")

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self):
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            onward = http.client.HTTPConnection(host, timeout=20)
            onward.request(self.command, self.path, body, {k: v for k, v in headers.items() if k != "host"})
            answer = onward.getresponse()
            content = answer.read()
            back = {name.lower(): value for name, value in answer.getheaders()}
            kind, request_good, answer_good = check(self.command, self.path, headers, body, back, content)
            seen.setdefault(kind, []).append((request_good, answer_good))
            self.send_response(answer.status)
            for name, value in back.items():
                if name not in ("transfer-encoding", "connection", "content-length", "date"):
                    self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = pass_on

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def check_wechat(method, target, headers, body, back, content):
    kind = f"wechat {wechat_kind(method, target)}"
    return kind, wechat_request(method, target, headers, body), wechat_answer(back, content)


def check_alipay(method, target, headers, body, back, content):
    parameters = alipay_parameters(target, body)
    name = parameters["method"]
    return f"alipay {name}", alipay_request(parameters), alipay_answer(name, content)


class Proxied(Shop):
    """A real server whose providers are the proxies."""

    def __init__(self, folder):
        files = {}
        for name, credentials, check in (("wechat", wechat, check_wechat), ("alipay", alipay, check_alipay)):
            parts = urllib.parse.urlsplit(credentials["base_url"])
            at_proxy = proxy(f"http://{parts.netloc}", check) + parts.path
            files[name] = folder / f"{name}.json"
            files[name].write_text(json.dumps({**credentials, "base_url": at_proxy}))
        super().__init__(binary, folder, files)

    def pay(self, code):
        amount = {"amount": 1250, "currency": "CNY"}
        return self.ask("POST", "/v1/payments?wait=3", {"amount": amount, "method": {"payer_code": {"code": code}}})

    def show_qr(self, wallet):
        amount = {"amount": 800, "currency": "CNY"}
        payment = self.ask("POST", "/v1/payments", {"amount": amount, "method": {"show_qr": {"wallet": wallet}}})
        eventually(lambda: self.now(payment)["qr"])
        return payment

    def now(self, payment):
        return self.ask("GET", f"/v1/payments/{payment['id']}")

    def comes_to(self, payment, *money, seconds=30):
        return eventually(lambda: self.now(payment)["money"] in money, seconds)


def play(shop, wallet, simulator):
    paid = shop.pay(simulator.code("normal"))
    tally.check(f"{wallet}: a code is paid through the proxy", paid["money"] == "paid", paid)
    shop.ask("POST", f"/v1/payments/{paid['id']}/refunds", {"amount": {"amount": 500, "currency": "CNY"}})
    done = eventually(lambda: shop.now(paid)["refunded"]["amount"] == 500, 30)
    tally.check(f"{wallet}: a part is refunded", done, shop.now(paid))
    slow = shop.pay(simulator.code("refund_slow"))
    shop.ask("POST", f"/v1/payments/{slow['id']}/refunds", {"amount": {"amount": 500, "currency": "CNY"}})

    shown = shop.show_qr(wallet)
    simulator.scan(shown["order_no"])
    tally.check(f"{wallet}: a shown QR is paid", shop.comes_to(shown, "paid"), shop.now(shown))
    unwanted = shop.show_qr(wallet)
    shop.ask("POST", f"/v1/payments/{unwanted['id']}/cancel", {})
    tally.check(f"{wallet}: a shown QR is canceled", shop.comes_to(unwanted, "not_paid"), shop.now(unwanted))
    waiting = shop.pay(simulator.code("password_never_typed"))
    shop.ask("POST", f"/v1/payments/{waiting['id']}/cancel", {})
    tally.check(f"{wallet}: a waiting payment is undone", shop.comes_to(waiting, "not_paid"), shop.now(waiting))


def judge():
    expected = [
        "wechat POST /v3/pay/transactions/codepay",
        "wechat POST /v3/pay/transactions/native",
        "wechat GET /v3/pay/transactions/out-trade-no/N",
        "wechat POST /v3/pay/transactions/out-trade-no/N/close",
        "wechat POST /v3/pay/transactions/out-trade-no/N/reverse",
        "wechat POST /v3/refund/domestic/refunds",
        "wechat GET /v3/refund/domestic/refunds/N",
        "alipay alipay.trade.pay",
        "alipay alipay.trade.precreate",
        "alipay alipay.trade.query",
        "alipay alipay.trade.cancel",
        "alipay alipay.trade.refund",
        "alipay alipay.trade.fastpay.refund.query",
    ]
    for kind in sorted(set(expected) | set(seen)):
        pairs = seen.get(kind, [])
        requests = [request for request, _ in pairs]
        tally.check(f"{kind}: {len(pairs)} requests, each rightly signed", pairs and all(requests), pairs)
        tally.check(f"{kind}: every answer rightly signed", pairs and all(answer for _, answer in pairs), pairs)


with tempfile.TemporaryDirectory() as name:
    shop = Proxied(pathlib.Path(name))
    try:
        players = [threading.Thread(target=tally.attempt, args=(w, lambda w=w, s=s: play(shop, w, s)))
                   for w, s in (("wechat", Simulator(wechat["base_url"])), ("alipay", Simulator(alipay["base_url"])))]
        for player in players:
            player.start()
        for player in players:
            player.join()
        # Slow refunds are asked about until they are through.
        eventually(lambda: all(k in seen for k in (
            "wechat GET /v3/refund/domestic/refunds/N", "alipay alipay.trade.fastpay.refund.query")), 30)
        time.sleep(0.5)
    finally:
        shop.end()
judge()
tally.end()
