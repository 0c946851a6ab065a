"""Lakala's open platform, written once more from its SDK's description with the Python package cryptography.

First as a merchant who drives our simulator and verifies what it answers; then as a platform that a real `paydesk serve`
talks to, which verifies every request and whose answers and notifications must be believed. Nothing of ours is used.

    python tests/outsiders/lakala.py PAYDESK_BINARY CREDENTIALS.json
"""

import base64
import datetime
import json
import re
import secrets
import sys
import time
import urllib.request

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from outside import Gateway, Inbox, Simulator, Tally, order_no, sell_and_refund

binary, credentials_file = sys.argv[1:]
credentials = json.load(open(credentials_file, encoding="utf-8"))
tally = Tally("lakala")
SCHEME = "LKLAPI-SHA256withRSA"


def sign(lines, body, key):
    text = "".join(f"{line}\n" for line in lines).encode() + body + b"\n"
    return base64.b64encode(key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()


def verifies(lines, body, signature, public_key):
    text = "".join(f"{line}\n" for line in lines).encode() + body + b"\n"
    try:
        public_key.verify(base64.b64decode(signature), text, padding.PKCS1v15(), hashes.SHA256())
        return True
    except (InvalidSignature, ValueError):
        return False


def header_values(header):
    return dict(re.findall(r'(\w+)="([^"]*)"', header)) if header.startswith(SCHEME + " ") else {}


def stamp():
    return str(int(time.time())), secrets.token_hex(16)


class Merchant:
    """Drives our simulator."""

    def __init__(self):
        self.key = serialization.load_pem_private_key(credentials["private_key_pem"].encode(), None)
        certificate = x509.load_pem_x509_certificate(credentials["lakala_certificate_pem"].encode())
        self.platform = certificate.public_key()
        self.right = True

    def ask(self, path, key=None, **data):
        own = {"merchant_no": credentials["merchant_no"], "term_no": credentials["term_no"]}
        request = {"req_time": "20261123120000", "version": "3.0", "req_data": {**own, **data}}
        body = json.dumps(request, ensure_ascii=False).encode()
        appid, serial, (timestamp, nonce) = credentials["appid"], credentials["serial_no"], stamp()
        signature = sign([appid, serial, timestamp, nonce], body, key or self.key)
        header = (f'{SCHEME} appid="{appid}",nonce_str="{nonce}",timestamp="{timestamp}",serial_no="{serial}",'
                  f'signature="{signature}"')
        request = urllib.request.Request(credentials["base_url"] + path, body, {"authorization": header})
        with urllib.request.urlopen(request, timeout=20) as reply:
            answer = reply.read()
            lines = [reply.headers[f"Lklapi-{name}"] for name in ("Appid", "Serial", "Timestamp", "Nonce")]
            if signature := reply.headers["Lklapi-Signature"]:
                self.right &= verifies(lines, answer, signature, self.platform)
            return json.loads(answer), bool(signature)

    def pay(self, number, code):
        return self.ask("/api/v3/labs/trans/micropay", out_trade_no=number, auth_code=code, **SALE)[0]

    def query(self, number):
        return self.ask("/api/v3/labs/query/tradequery", out_trade_no=number)[0]


PLACE = {"location_info": {"request_ip": "127.0.0.1"}}
SALE = {"total_amount": "1250", "subject": "火柴 matches", **PLACE}


def drive_the_simulator():
    merchant, simulator = Merchant(), Simulator(credentials["base_url"])
    number = order_no()
    paid = merchant.pay(number, simulator.code("normal"))
    told = (paid["code"], paid["resp_data"]["total_amount"], paid["resp_data"]["out_trade_no"])
    tally.check("a code is paid at once", told == ("BBS00000", "1250", number), paid)
    accounts = {merchant.pay(order_no(), simulator.code("normal"))["resp_data"]["account_type"] for _ in range(6)}
    tally.check("codes of several wallets are taken", {"WECHAT", "ALIPAY", "UQRCODEPAY"} & accounts == accounts, accounts)
    tally.check("a look finds it paid", merchant.query(number)["resp_data"]["trade_state"] == "SUCCESS")
    refund = order_no()
    back, _ = merchant.ask("/api/v3/labs/relation/refund", out_trade_no=refund, origin_out_trade_no=number,
                           refund_amount="500", refund_reason="cold", **PLACE)
    tally.check("a part is refunded", back["code"] == "BBS00000", back)
    seen = merchant.query(refund)["resp_data"]
    tally.check("a look finds the refund", (seen["trade_state"], seen["total_amount"]) == ("SUCCESS", "500"), seen)
    tally.check("and the payment returned in part", merchant.query(number)["resp_data"]["trade_state"] == "PART_REFUND")
    waiting = order_no()
    open_ = merchant.pay(waiting, simulator.code("password_never_typed"))
    tally.check("a password is awaited", open_["code"] == "BBS11105", open_)
    undone, _ = merchant.ask("/api/v3/labs/relation/revoked", out_trade_no=order_no(), origin_out_trade_no=waiting, **PLACE)
    state = merchant.query(waiting)["resp_data"]["trade_state"]
    tally.check("it is revoked", (undone["code"], state) == ("BBS00000", "CLOSE"), (undone, state))
    tally.check("nobody was charged", simulator.book(waiting)["charges"] == 0)
    poor = merchant.pay(order_no(), simulator.code("insufficient_balance"))
    tally.check("no balance fails with words", poor["resp_data"]["trade_state"] == "FAIL" and "余额" in poor["msg"], poor)
    stranger = rsa.generate_private_key(65537, 2048)
    refused, signed = merchant.ask("/api/v3/labs/query/tradequery", key=stranger, out_trade_no=number)
    tally.check("a stranger's signature is refused", "签名" in refused["msg"] and not signed, refused)

    inbox = Inbox(200, "application/json", b'{"code":"SUCCESS"}')
    shown = order_no()
    qr, _ = merchant.ask("/api/v3/labs/trans/preorder", out_trade_no=shown, account_type="ALIPAY", trans_type="41",
                         notify_url=inbox.url, **SALE)
    tally.check("a QR is shown", qr["resp_data"]["acc_resp_fields"]["code"].startswith("https://"), qr)
    simulator.scan(shown)
    headers, body = inbox.next()
    values = header_values({name.lower(): value for name, value in headers.items()}["authorization"])
    right = verifies([values["timestamp"], values["nonce_str"]], body, values["signature"], merchant.platform)
    tally.check("its notification verifies and names it", right and json.loads(body)["out_trade_no"] == shown, body)
    tally.check("every signed answer verifies", merchant.right)


class Lakala(Gateway):
    """What our connector talks to: verifies what comes, and answers as the SDK expects."""

    def __init__(self):
        super().__init__()
        self.key, self.merchant_key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
        self.refunds = {}

    def certificate(self):
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "APIGW")])
        now = datetime.datetime.now(datetime.timezone.utc)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        return made.not_valid_after(now + datetime.timedelta(days=1)).sign(self.key, hashes.SHA256())

    def credentials(self):
        pem, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        return {
            "base_url": self.url, "appid": "OP1", "serial_no": "01a2", "merchant_no": "M1", "term_no": "T1",
            "private_key_pem": self.merchant_key.private_bytes(pem, private, serialization.NoEncryption()).decode(),
            "lakala_certificate_pem": self.certificate().public_bytes(pem).decode(),
        }

    def answer(self, path, headers, body):
        values = header_values(headers["authorization"])
        lines = [values.get(name) for name in ("appid", "serial_no", "timestamp", "nonce_str")]
        right = verifies(lines, body, values.get("signature", ""), self.merchant_key.public_key())
        self.seen.append((path.rsplit("/", 1)[1], right and lines[:2] == ["OP1", "01a2"]))
        answer = {"code": "BBS00000", "msg": "成功", "resp_time": "20261123120001",
                  "resp_data": self.told(path.rsplit("/", 1)[1], json.loads(body)["req_data"])}
        content, (timestamp, nonce) = json.dumps(answer, ensure_ascii=False).encode(), stamp()
        signature = sign(["OP1", "ff", timestamp, nonce], content, self.key)
        return content, {"content-type": "application/json", "Lklapi-Appid": "OP1", "Lklapi-Serial": "ff",
                         "Lklapi-Timestamp": timestamp, "Lklapi-Nonce": nonce, "Lklapi-Signature": signature}

    def told(self, call, data):
        self.notify_url = data.get("notify_url", self.notify_url)
        told = {"merchant_no": "M1", "out_trade_no": data["out_trade_no"], "trade_no": "66210003610012"}
        if call == "micropay":
            self.paid = {**told, "total_amount": data["total_amount"], "account_type": "WECHAT",
                         "trade_time": "20261123120001", "acc_resp_fields": {"user_id": "o1"}}
            return self.paid
        if call == "refund":
            self.refunds[data["out_trade_no"]] = data["refund_amount"]
            return {**told, "refund_amount": data["refund_amount"]}
        return {**told, "trade_state": "SUCCESS", "total_amount": self.refunds[data["out_trade_no"]]}

    def notices(self):
        body = json.dumps({**self.paid, "trade_status": "SUCCESS"}).encode()
        timestamp, nonce = stamp()
        signature = sign([timestamp, nonce], body, self.key)
        header = f'{SCHEME} timestamp="{timestamp}",nonce_str="{nonce}",signature="{signature}"'
        yield "right", body, {"authorization": header}, 200
        yield "changed", body.replace(b"1250", b"1251"), {"authorization": header}, 401


def serve_a_shop():
    platform = Lakala()
    sell_and_refund(tally, binary, "lakala", platform, "130123456789012345", Lakala.notices)
    calls = {call for call, _ in platform.seen}
    tally.check("it charged, refunded and looked", {"micropay", "refund", "tradequery"} <= calls, platform.seen)
    tally.check(f"each of {len(platform.seen)} requests verifies", all(right for _, right in platform.seen), platform.seen)


tally.attempt("our simulator", drive_the_simulator)
tally.attempt("our connector", serve_a_shop)
tally.end()
