"""UnionPay's gateway protocol (ACP 5.1.0), written once more from its description with the Python package cryptography.

First as a merchant who drives our simulator and verifies what it answers; then as a gateway that a real `paydesk serve`
talks to, which verifies every request and whose answers and notifications must be believed. Nothing of ours is used.

    python tests/outsiders/unionpay.py PAYDESK_BINARY CREDENTIALS.json
"""

import base64
import datetime
import hashlib
import json
import re
import sys
import urllib.parse
import urllib.request

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from outside import Gateway, Inbox, Simulator, Tally, order_no, sell_and_refund

binary, credentials_file = sys.argv[1:]
credentials = json.load(open(credentials_file, encoding="utf-8"))
tally = Tally("unionpay")
PEM = serialization.Encoding.PEM


def digest(fields):
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "signature")
    return hashlib.sha256(text.encode()).hexdigest().encode()


def signed(fields, key):
    signature = key.sign(digest(fields), padding.PKCS1v15(), hashes.SHA256())
    return {**fields, "signature": base64.b64encode(signature).decode()}


def verifies(fields, public_key):
    try:
        public_key.verify(base64.b64decode(fields["signature"]), digest(fields), padding.PKCS1v15(), hashes.SHA256())
        return True
    except (InvalidSignature, ValueError, KeyError):
        return False


def answer_fields(text):
    """`name=value` joined by `&`, nothing escaped; the certificate has line breaks and equals signs."""
    return dict(part.split("=", 1) for part in re.split(r"&(?=[A-Za-z]+=)", text))


def form_fields(body):
    return dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))


def issued_by(certificate, issuer):
    try:
        certificate.verify_directly_issued_by(issuer)
        return True
    except (InvalidSignature, ValueError, TypeError):
        return False


class Merchant:
    """Drives our simulator."""

    def __init__(self):
        self.key = serialization.load_pem_private_key(credentials["private_key_pem"].encode(), None)
        self.root = x509.load_pem_x509_certificate(credentials["root_certificate_pem"].encode())
        self.middle = x509.load_pem_x509_certificate(credentials["middle_certificate_pem"].encode())
        own = x509.load_pem_x509_certificate(credentials["certificate_pem"].encode())
        tally.check("the certificate's number is its serial in decimal", str(own.serial_number) == credentials["cert_id"])
        tally.check("the authority is a chain", issued_by(self.middle, self.root))

    def trusted(self, fields):
        leaf = x509.load_pem_x509_certificate(fields["signPubKeyCert"].encode())
        name = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        right_name = name.split("@")[2] == credentials["signer_name"]
        return issued_by(leaf, self.middle) and right_name and verifies(fields, leaf.public_key())

    def ask(self, path, kind, number, time, key=None, **more):
        fields = {
            "version": "5.1.0", "encoding": "UTF-8", "signMethod": "01", "certId": credentials["cert_id"],
            "txnType": kind[0], "txnSubType": kind[1], "bizType": "000000", "channelType": "08", "accessType": "0",
            "merId": credentials["mer_id"], "orderId": number, "txnTime": time, **more,
        }
        body = urllib.parse.urlencode(signed(fields, key or self.key)).encode()
        with urllib.request.urlopen(credentials["base_url"] + path, body, timeout=20) as reply:
            answer = answer_fields(reply.read().decode())
        return answer

    def transact(self, kind, number, time, **more):
        return self.ask("/gateway/api/backTransReq.do", kind, number, time, **more)

    def query(self, number, time):
        return self.ask("/gateway/api/queryTrans.do", ("00", "00"), number, time)


CHARGE, SHOW, REVERSAL, REFUND = ("01", "06"), ("01", "07"), ("99", "01"), ("04", "00")
TIME = "20261123120000"
SALE = {"txnAmt": "1250", "currencyCode": "156", "backUrl": "http://www.specialUrl.com"}


def drive_the_simulator():
    merchant, simulator = Merchant(), Simulator(credentials["base_url"])
    number = order_no()
    paid = merchant.transact(CHARGE, number, TIME, qrNo=simulator.code("normal"), **SALE)
    tally.check("a code is paid at once, signed under the authority", paid["respCode"] == "00" and merchant.trusted(paid), paid)
    tally.check("a changed answer does not verify", not merchant.trusted({**paid, "txnAmt": "1"}))
    found = merchant.query(number, TIME)
    told = (found["origRespCode"], found["txnType"], found["txnAmt"], found["queryId"] == paid["queryId"])
    tally.check("a look finds it paid, under its own type", told == ("00", "01", "1250", True) and merchant.trusted(found), found)
    other = merchant.query(number, "20261123120001")
    tally.check("with another moment it is not found", other["respCode"] == "34" and merchant.trusted(other), other)
    again = merchant.transact(CHARGE, number, TIME, qrNo=simulator.code("normal"), **SALE)
    tally.check("a number is used once", again["respCode"] == "12", again)
    refund = order_no()
    back = merchant.transact(REFUND, refund, TIME, **{**SALE, "txnAmt": "500"}, origQryId=paid["queryId"])
    tally.check("a part is refunded", back["respCode"] == "00" and merchant.trusted(back), back)
    seen = merchant.query(refund, TIME)
    tally.check("a look finds the refund", (seen["origRespCode"], seen["txnAmt"]) == ("00", "500"), seen)
    unpaid = order_no()
    asked = merchant.transact(CHARGE, unpaid, TIME, qrNo=simulator.code("password_never_typed"), **SALE)
    tally.check("a password is awaited with 05", asked["respCode"] == "05", asked)
    undone = merchant.transact(REVERSAL, unpaid, TIME)
    tally.check("it is reversed", undone["respCode"] == "00" and merchant.trusted(undone), undone)
    tally.check("nobody was charged", simulator.book(unpaid)["charges"] == 0)
    poor = merchant.transact(CHARGE, order_no(), TIME, qrNo=simulator.code("insufficient_balance"), **SALE)
    tally.check("no balance is 64", poor["respCode"] == "64" and merchant.trusted(poor), poor)
    stranger = rsa.generate_private_key(65537, 2048)
    refused = merchant.ask("/gateway/api/queryTrans.do", ("00", "00"), number, TIME, key=stranger)
    tally.check("a stranger's signature is 11", refused["respCode"] == "11", refused)

    inbox = Inbox(200, "text/plain", b"ok")
    shown = order_no()
    qr = merchant.transact(SHOW, shown, TIME, **{**SALE, "backUrl": inbox.url})
    tally.check("a QR is shown", qr.get("qrCode", "").startswith("https://"), qr)
    simulator.scan(shown)
    notice = form_fields(inbox.next()[1])
    tally.check("its notification verifies and names it", merchant.trusted(notice) and notice["orderId"] == shown, notice)
    tally.check("a changed one does not", not merchant.trusted({**notice, "txnAmt": "1"}))


def certificate(subject, key, issuer, issuer_key):
    name = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
    return made.not_valid_after(now + datetime.timedelta(days=1)).sign(issuer_key, hashes.SHA256())


class UnionPay(Gateway):
    """What our connector talks to: verifies what comes, and answers as the published exchanges do."""

    def __init__(self):
        super().__init__()
        keys = [rsa.generate_private_key(65537, 2048) for _ in range(4)]
        self.root_key, self.middle_key, self.key, self.merchant_key = keys
        self.root = certificate("root", self.root_key, "root", self.root_key)
        self.middle = certificate("middle", self.middle_key, "root", self.root_key)
        self.leaf = certificate("041@1@中国银联股份有限公司@1", self.key, "middle", self.middle_key)
        self.merchant = certificate("merchant", self.merchant_key, "middle", self.middle_key)

    def credentials(self):
        pem = lambda certificate: certificate.public_bytes(PEM).decode()
        private = self.merchant_key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
        return {
            "base_url": self.url, "mer_id": "777290058110048", "private_key_pem": private,
            "certificate_pem": pem(self.merchant), "root_certificate_pem": pem(self.root),
            "middle_certificate_pem": pem(self.middle),
        }

    def say(self, fields):
        certificate = self.leaf.public_bytes(PEM).decode()
        return signed({**fields, "signMethod": "01", "signPubKeyCert": certificate}, self.key)

    def answer(self, _path, _headers, body):
        told = self.say(self.told(form_fields(body)))
        content = "&".join(f"{name}={value}" for name, value in told.items())
        return content.encode(), {"content-type": "text/html;charset=UTF-8"}

    def told(self, request):
        right = verifies(request, self.merchant_key.public_key()) and request["certId"] == str(self.merchant.serial_number)
        self.seen.append((request["txnType"], request["txnSubType"], right))
        self.notify_url = request.get("backUrl", self.notify_url)
        told = {name: request[name] for name in ("merId", "orderId", "txnTime", "txnType", "txnSubType", "accessType")}
        settled = {"queryId": "202611231200000000001", "settleAmt": "1250", "txnAmt": "1250", "currencyCode": "156",
                   "traceNo": "000001", "traceTime": "1123120001", "respCode": "00", "respMsg": "成功[0000000]"}
        kind = (request["txnType"], request["txnSubType"])
        if kind == CHARGE:
            told |= settled
            self.paid = told
        elif kind == REFUND:
            told |= {"respCode": "00", "respMsg": "成功[0000000]", "queryId": "202611231200000000002",
                     "origQryId": request["origQryId"], "txnAmt": request["txnAmt"]}
            self.refunded = told
        elif request["orderId"] == getattr(self, "refunded", {}).get("orderId"):
            told |= {**self.refunded, "origRespCode": "00", "origRespMsg": "成功[0000000]", "currencyCode": "156"}
        else:
            told |= {"respCode": "34", "respMsg": "查无此交易"}
        return told

    def notices(self):
        notice = self.say(self.paid)
        form = {"content-type": "application/x-www-form-urlencoded"}
        yield "right", urllib.parse.urlencode(notice).encode(), form, 200
        yield "changed", urllib.parse.urlencode({**notice, "txnAmt": "1"}).encode(), form, 401


def serve_a_shop():
    gateway = UnionPay()
    sell_and_refund(tally, binary, "unionpay", gateway, "6212345678901234567", UnionPay.notices)
    kinds = {kind[:2] for kind in gateway.seen}
    tally.check("it charged, refunded and looked", {CHARGE, REFUND, ("00", "00")} <= kinds, gateway.seen)
    tally.check(f"each of {len(gateway.seen)} requests is rightly signed", all(right for *_, right in gateway.seen), gateway.seen)


tally.attempt("our simulator", drive_the_simulator)
tally.attempt("our connector", serve_a_shop)
tally.end()
