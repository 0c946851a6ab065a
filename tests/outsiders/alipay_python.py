"""The Python package python-alipay-sdk drives our simulated Alipay and verifies its notifications.

    python tests/outsiders/alipay_python.py CREDENTIALS.json
"""

import json
import sys
import urllib.parse

from alipay import AliPay
from alipay.exceptions import AliPayException
from outside import Inbox, Simulator, Tally, eventually, order_no

credentials = json.load(open(sys.argv[1], encoding="utf-8"))
simulator = Simulator(credentials["base_url"])
inbox = Inbox(200, "text/plain", b"success")
tally = Tally("python-alipay-sdk")


def client(app_id=None, private_key=None):
    made = AliPay(
        appid=app_id or credentials["app_id"],
        app_notify_url=None,
        app_private_key_string=private_key or credentials["app_private_key_pem"],
        alipay_public_key_string=credentials["alipay_public_key_pem"],
        sign_type="RSA2",
    )
    made._gateway = credentials["base_url"]
    return made


alipay = client()


def pay(number, treatment, amount="12.50"):
    code = simulator.code(treatment)
    return alipay.api_alipay_trade_pay(number, "bar_code", code, "matches", total_amount=amount)


def status(number):
    answer = alipay.api_alipay_trade_query(out_trade_no=number)
    return answer.get("trade_status", answer.get("sub_code"))


def fields_of(body):
    return dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))


def paid_at_once():
    number = order_no()
    answer = pay(number, "normal")
    tally.check("a payer's code is paid at once (10000)", answer["code"] == "10000", answer)
    tally.check("the answer has the amount in yuan", answer["total_amount"] == "12.50", answer)
    tally.check("the query says TRADE_SUCCESS", status(number) == "TRADE_SUCCESS", status(number))
    tally.check("the books say one charge", simulator.book(number)["charges"] == 1)
    answer = pay(number, "normal", amount="0.01")
    tally.check("the number with other content is refused", answer["code"] == "40004", answer)


def password():
    number = order_no()
    answer = pay(number, "password_then_paid")
    tally.check("a password is awaited with 10003", answer["code"] == "10003", answer)
    tally.check("meanwhile WAIT_BUYER_PAY", status(number) == "WAIT_BUYER_PAY", status(number))
    done = eventually(lambda: status(number) == "TRADE_SUCCESS")
    tally.check("after the password TRADE_SUCCESS", done, status(number))


def refusals():
    for treatment, sub_code in {
        "insufficient_balance": "ACQ.BUYER_BALANCE_NOT_ENOUGH",
        "code_expired": "ACQ.PAYMENT_AUTH_CODE_INVALID",
        "code_used": "ACQ.PAYMENT_AUTH_CODE_INVALID",
        "risk": "ACQ.PAYMENT_REQUEST_HAS_RISK",
    }.items():
        answer = pay(order_no(), treatment)
        seen = (answer["code"], answer.get("sub_code"))
        tally.check(f"{treatment} is refused as {sub_code}", seen == ("40004", sub_code), answer)


def cancel():
    number = order_no()
    pay(number, "normal")
    answer = alipay.api_alipay_trade_cancel(out_trade_no=number)
    seen = (answer["code"], answer["retry_flag"], answer.get("action"))
    tally.check("a paid order is canceled with a refund", seen == ("10000", "N", "refund"), answer)
    tally.check("and reads TRADE_CLOSED", status(number) == "TRADE_CLOSED", status(number))
    tally.check("the books say it went back", simulator.book(number)["reversed"] is True)
    answer = alipay.api_alipay_trade_cancel(out_trade_no=order_no())
    tally.check("canceling what does not exist is accepted", answer["code"] == "10000", answer)


def precreate():
    number = order_no()
    answer = alipay.api_alipay_trade_precreate("matches", number, "8.00", notify_url=inbox.url)
    address = answer.get("qr_code", "")
    tally.check("precreate gives a QR address", address.startswith("https://qr.alipay.com/"), answer)
    tally.check("nobody scanned: the trade does not exist", status(number) == "ACQ.TRADE_NOT_EXIST", status(number))
    simulator.scan(number)
    tally.check("scanned: TRADE_SUCCESS", status(number) == "TRADE_SUCCESS", status(number))
    _, body = inbox.next()
    fields = fields_of(body)
    signature = fields.pop("sign")
    tally.check("verify accepts the notification", alipay.verify(dict(fields), signature), fields)
    told = (fields["trade_status"], fields["out_trade_no"], fields["total_amount"])
    tally.check("it tells of this payment", told == ("TRADE_SUCCESS", number, "8.00"), fields)
    tally.check("verify refuses a changed one", not alipay.verify({**fields, "total_amount": "9.00"}, signature))


def close():
    number = order_no()
    alipay.api_alipay_trade_precreate("matches", number, "8.00", notify_url=inbox.url)
    alipay.api_alipay_trade_cancel(out_trade_no=number)
    tally.check("a canceled QR cannot be paid", not scans(number))
    number = order_no()
    pay(number, "password_never_typed")
    answer = alipay.api_alipay_trade_close(out_trade_no=number)
    tally.check("a waiting order closes", answer["code"] == "10000", answer)
    tally.check("and reads TRADE_CLOSED", status(number) == "TRADE_CLOSED", status(number))


def scans(number):
    try:
        return simulator.scan(number)["scanned"]
    except OSError:
        return False


def refunds():
    number, refund_no = order_no(), order_no()
    pay(number, "normal")
    refund = lambda amount, name: alipay.api_alipay_trade_refund(amount, out_trade_no=number, out_request_no=name)
    answer = refund("5.00", refund_no)
    tally.check("a part is refunded", (answer["code"], answer["fund_change"]) == ("10000", "Y"), answer)
    answer = refund("5.00", refund_no)
    tally.check("the same request moves no more money", (answer["fund_change"], answer["refund_fee"]) == ("N", "5.00"), answer)
    answer = alipay.api_alipay_trade_fastpay_refund_query(refund_no, out_trade_no=number)
    seen = (answer.get("refund_status"), answer.get("refund_amount"))
    tally.check("the refund query finds it", seen == ("REFUND_SUCCESS", "5.00"), answer)
    answer = refund("8.00", order_no())
    tally.check("more than is left is refused", answer["code"] == "40004", answer)
    answer = refund("7.50", order_no())
    tally.check("refund_fee counts up", answer["refund_fee"] == "12.50", answer)
    tally.check("wholly refunded reads TRADE_CLOSED", status(number) == "TRADE_CLOSED", status(number))


def signatures():
    from Cryptodome.PublicKey import RSA

    stranger = RSA.generate(2048).export_key(pkcs=8).decode()
    answer = client(private_key=stranger).api_alipay_trade_query(out_trade_no=order_no())
    tally.check("a stranger's signature is refused", answer.get("sub_code") == "isv.invalid-signature", answer)
    try:
        seen = client(app_id="2021999999999999").api_alipay_trade_query(out_trade_no=order_no())
    except AliPayException as error:
        seen = error
    tally.check("an unknown application is refused, unsigned", isinstance(seen, AliPayException), seen)
    try:
        seen = pay(order_no(), "wrong_signature")
    except Exception as error:
        seen = error
    tally.check("the package rejects a wrongly signed answer", isinstance(seen, Exception), seen)


for group in (paid_at_once, password, refusals, cancel, precreate, close, refunds, signatures):
    tally.attempt(group.__name__, group)
tally.end()
