"""JD's XML gateway, written once more from its description with the Python package cryptography.

First as a merchant who drives our simulator and verifies what it answers; then as a gateway that a real `paydesk serve`
talks to, which opens and verifies every request and whose answers and notifications must be believed. Nothing of ours is used.

    python tests/outsiders/jd.py PAYDESK_BINARY CREDENTIALS.json
"""

import base64
import hashlib
import json
import os
import re
import sys
import urllib.request
import xml.etree.ElementTree as ElementTree

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from outside import Gateway, Inbox, Simulator, Tally, order_no, sell_and_refund

binary, credentials_file = sys.argv[1:]
credentials = json.load(open(credentials_file, encoding="utf-8"))
tally = Tally("jd")
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def enciphered(text, key):
    data = text.encode()
    data = len(data).to_bytes(4, "big") + data
    data += bytes(-len(data) % 8)
    cipher = Cipher(TripleDES(key), modes.ECB()).encryptor()
    return base64.b64encode((cipher.update(data) + cipher.finalize()).hex().encode()).decode()


def deciphered(text, key):
    data = bytes.fromhex(base64.b64decode(text).decode())
    cipher = Cipher(TripleDES(key), modes.ECB()).decryptor()
    data = cipher.update(data) + cipher.finalize()
    length = int.from_bytes(data[:4], "big")
    return data[4:4 + length].decode()


def signature(text, key):
    """The private key's operation over the hash's hex digits, padded as block type 1 and without naming the hash."""
    numbers = key.private_numbers()
    n, size = numbers.public_numbers.n, key.key_size // 8
    digits = hashlib.sha256(text.encode()).hexdigest().encode()
    block = b"\x00\x01" + b"\xff" * (size - 3 - len(digits)) + b"\x00" + digits
    return base64.b64encode(pow(int.from_bytes(block, "big"), numbers.d, n).to_bytes(size, "big")).decode()


def verifies(text, sign, public_key):
    numbers, size = public_key.public_numbers(), public_key.key_size // 8
    block = pow(int.from_bytes(base64.b64decode(sign), "big"), numbers.e, numbers.n).to_bytes(size, "big")
    digits = hashlib.sha256(text.encode()).hexdigest().encode()
    return block == b"\x00\x01" + b"\xff" * (size - 3 - len(digits)) + b"\x00" + digits


def sealed(body, private_key, des_key):
    sign = signature(f"{HEAD}<jdpay>{body}</jdpay>", private_key)
    return enciphered(f"{HEAD}<jdpay>{body}<sign>{sign}</sign></jdpay>", des_key)


def opened(encrypted, public_key, des_key):
    """The message inside, or nothing if its signature is wrong."""
    text = deciphered(encrypted, des_key)
    sign = re.search("<sign>(.*)</sign>", text).group(1)
    good = verifies(text.replace(f"<sign>{sign}</sign>", ""), sign, public_key)
    return ElementTree.fromstring(text) if good else None


def xml(fields):
    return "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())


def document(merchant, encrypted):
    outer = xml({"version": "V2.0", "merchant": merchant, "encrypt": encrypted})
    return f"{HEAD}<jdpay>{outer}</jdpay>".encode()


class Merchant:
    """Drives our simulator."""

    def __init__(self):
        self.key = serialization.load_pem_private_key(credentials["private_key_pem"].encode(), None)
        self.jd = serialization.load_pem_public_key(credentials["jd_public_key_pem"].encode())
        self.des = base64.b64decode(credentials["des_key"])

    def ask(self, service, key=None, **fields):
        body = xml({"version": "V2.0", "merchant": credentials["merchant"], **fields})
        data = document(credentials["merchant"], sealed(body, key or self.key, self.des))
        request = urllib.request.Request(f"{credentials['base_url']}/service/{service}", data)
        with urllib.request.urlopen(request, timeout=20) as reply:
            outer = ElementTree.fromstring(reply.read())
        encrypted = outer.findtext("encrypt")
        return outer if encrypted is None else opened(encrypted, self.jd, self.des)

    def sale(self, number, amount="1250"):
        return {"tradeNum": number, "tradeName": "matches", "tradeTime": "20261123120000", "amount": amount, "currency": "CNY"}

    def pay(self, number, code):
        return self.ask("fkmPay", token=code, device="till", **self.sale(number))

    def query(self, number):
        return self.ask("query", tradeNum=number, tradeType="0")


def drive_the_simulator():
    merchant, simulator = Merchant(), Simulator(credentials["base_url"])
    number = order_no()
    paid = merchant.pay(number, simulator.code("normal"))
    told = (paid.findtext("result/code"), paid.findtext("status"), paid.findtext("amount"))
    tally.check("a code is paid at once, rightly signed", told == ("000000", "2", "1250"), told)
    found = merchant.query(number)
    pay_type = found.findtext("payList/pay/payType")
    tally.check("a look finds it paid, and with what", found.findtext("status") == "2" and pay_type in ("0", "1"), pay_type)
    refund = order_no()
    back = merchant.ask("refund", oTradeNum=number, **merchant.sale(refund, "500"))
    tally.check("a part is refunded", back.findtext("status") == "1", back.findtext("result/desc"))
    seen = merchant.ask("query", tradeNum=refund, oTradeNum=number, tradeType="1")
    tally.check("a look finds the refund", (seen.findtext("status"), seen.findtext("amount")) == ("1", "500"))
    waiting = order_no()
    tally.check("a password is awaited", merchant.pay(waiting, simulator.code("password_never_typed")).findtext("status") == "1")
    revoked = merchant.ask("revoke", oTradeNum=waiting, **merchant.sale(order_no()))
    tally.check("it is revoked", revoked.findtext("status") == "1" and merchant.query(waiting).findtext("status") == "4")
    tally.check("nobody was charged", simulator.book(waiting)["charges"] == 0)
    poor = merchant.pay(order_no(), simulator.code("insufficient_balance"))
    tally.check("no balance fails with words", poor.findtext("status") == "3" and "余额" in poor.findtext("result/desc"))
    plans = merchant.ask("queryBaiTiaoFQ", tradeNum=order_no(), amount="30000").findall("billsInfoList/billsInfo")
    tally.check("there are plans for 300 yuan", [plan.findtext("plan") for plan in plans] == ["3", "6", "12", "24"])
    stranger = rsa.generate_private_key(65537, 2048)
    refused = merchant.ask("query", key=stranger, tradeNum=number, tradeType="0")
    tally.check("a stranger's signature is refused", "签名" in refused.findtext("result/desc"))

    inbox = Inbox(200, "text/plain", b"success")
    shown = order_no()
    qr = merchant.ask("uniorder", tradeType="QR", orderType="0", userId="1", notifyUrl=inbox.url, **merchant.sale(shown))
    tally.check("a QR is shown", (qr.findtext("qrCode") or "").startswith("https://"))
    simulator.scan(shown)
    outer = ElementTree.fromstring(inbox.next()[1])
    notice = opened(outer.findtext("encrypt"), merchant.jd, merchant.des)
    tally.check("its notification verifies and names it", notice is not None and notice.findtext("tradeNum") == shown)


class Jd(Gateway):
    """What our connector talks to: opens and verifies what comes, and answers as the published exchanges do."""

    def __init__(self):
        super().__init__()
        # JD's own key has 1024 bits.
        self.key, self.merchant_key = (rsa.generate_private_key(65537, bits) for bits in (1024, 2048))
        self.des, self.refunded = os.urandom(24), {}

    def credentials(self):
        pem, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        public = serialization.PublicFormat.SubjectPublicKeyInfo
        return {
            "base_url": self.url, "merchant": "22294531",
            "private_key_pem": self.merchant_key.private_bytes(pem, private, serialization.NoEncryption()).decode(),
            "des_key": base64.b64encode(self.des).decode(),
            "jd_public_key_pem": self.key.public_key().public_bytes(pem, public).decode(),
        }

    def say(self, fields):
        done = "<result><code>000000</code><desc>成功</desc></result>"
        body = xml({"version": "V2.0", "merchant": "22294531"}) + done + xml(fields)
        return document("22294531", sealed(body, self.key, self.des))

    def answer(self, path, _, body):
        service = path.rsplit("/", 1)[1]
        message = opened(ElementTree.fromstring(body).findtext("encrypt"), self.merchant_key.public_key(), self.des)
        self.seen.append((service, message is not None))
        content = b"<jdpay/>" if message is None else self.told(service, message)
        return content, {"content-type": "application/xml"}

    def told(self, service, message):
        told = {name: message.findtext(name) for name in ("tradeNum", "oTradeNum", "amount", "currency", "tradeTime")}
        told = {name: value for name, value in told.items() if value}
        self.notify_url = message.findtext("notifyUrl") or self.notify_url
        if service == "fkmPay":
            self.paid = {**told, "status": "2"}
            return self.say(self.paid)
        if service == "refund":
            self.refunded = {**told, "status": "0"}
            return self.say(self.refunded)
        return self.say({**self.refunded, "tradeType": "1", "status": "1"})

    def notices(self):
        yield "right", self.say({**self.paid, "tradeType": "0"}), {}, 200
        self.key = rsa.generate_private_key(65537, 1024)
        yield "forged", self.say({**self.paid, "tradeType": "0"}), {}, 401


def serve_a_shop():
    gateway = Jd()
    sell_and_refund(tally, binary, "jd", gateway, "181234567890123456", Jd.notices)
    services = {service for service, _ in gateway.seen}
    tally.check("it charged, refunded and looked", {"fkmPay", "refund", "query"} <= services, gateway.seen)
    tally.check(f"each of {len(gateway.seen)} requests opens and verifies", all(right for _, right in gateway.seen), gateway.seen)


tally.attempt("our simulator", drive_the_simulator)
tally.attempt("our connector", serve_a_shop)
tally.end()
