"""The Python package wechatpayv3 drives our simulated WeChat Pay and reads its notifications.

    python tests/outsiders/wechat.py CREDENTIALS.json
"""

import json
import sys

import wechatpayv3.core
from outside import Inbox, Simulator, Tally, eventually, order_no
from wechatpayv3 import WeChatPay, WeChatPayType

credentials = json.load(open(sys.argv[1], encoding="utf-8"))
simulator = Simulator(credentials["base_url"])
inbox = Inbox(200, "application/json", b'{"code":"SUCCESS"}')
tally = Tally("wechatpayv3")


def client(private_key=None, **more):
    settings = {
        "wechatpay_type": WeChatPayType.CODEPAY,
        "mchid": credentials["mchid"],
        "private_key": private_key or credentials["merchant_private_key_pem"],
        "cert_serial_no": credentials["merchant_serial"],
        "appid": credentials["appid"],
        "apiv3_key": credentials["apiv3_key"],
        "notify_url": inbox.url,
        "public_key": credentials["platform_public_key_pem"],
        "public_key_id": credentials["platform_public_key_id"],
    }
    made = WeChatPay(**{**settings, **more})
    made._core._gate_way = credentials["base_url"]
    return made


def codepay(wechat, number, treatment, total=1250):
    status, text = wechat.pay(
        description="matches",
        out_trade_no=number,
        amount={"total": total, "currency": "CNY"},
        payer={"auth_code": simulator.code(treatment)},
        scene_info={"store_info": {"out_id": "S1"}},
    )
    return status, json.loads(text) if text else {}


def state(wechat, number):
    status, text = wechat.query(out_trade_no=number)
    return json.loads(text).get("trade_state") if status == 200 else f"HTTP {status}"


# This package insists on a notification address, also for payment codes, which have no notifications.
payer = shown = client()


def paid_at_once():
    number = order_no()
    status, body = codepay(payer, number, "normal")
    tally.check("a payer's code is paid at once", status == 200 and body["trade_state"] == "SUCCESS", (status, body))
    tally.check("the answer has the amount in fen", body["amount"]["total"] == 1250, body)
    tally.check("the query finds it paid", state(payer, number) == "SUCCESS")
    tally.check("the books say one charge", simulator.book(number)["charges"] == 1)
    status, body = codepay(payer, number, "normal", total=1)
    tally.check("the number with other content is refused", status >= 400, (status, body))
    tally.check("and nothing was charged again", simulator.book(number)["charges"] == 1)


def password():
    number = order_no()
    status, body = codepay(payer, number, "password_then_paid")
    waiting = status in (200, 202) and body["trade_state"] == "USERPAYING"
    tally.check("a password is awaited with USERPAYING", waiting, (status, body))
    done = eventually(lambda: state(payer, number) == "SUCCESS")
    tally.check("the query sees it paid after the password", done, state(payer, number))


def refusals():
    for treatment, spellings in {
        "insufficient_balance": {"NOTENOUGH", "NOT_ENOUGH"},
        "code_expired": {"AUTHCODEEXPIRE", "AUTH_CODE_EXPIRED", "AUTH_CODE_EXPIRE"},
        "code_used": {"AUTH_CODE_ERROR"},
        "code_wrong": {"AUTH_CODE_INVALID"},
        "risk": {"RULELIMIT", "RISKCONTROL", "TRADE_ERROR", "RULE_LIMIT", "RISK_CONTROL"},
    }.items():
        status, body = codepay(payer, order_no(), treatment)
        tally.check(f"{treatment} is refused by its code", status >= 400 and body["code"] in spellings, (status, body))


def reversal():
    number = order_no()
    codepay(payer, number, "normal")
    status, text = payer.codepay_reverse(out_trade_no=number)
    tally.check("a paid order is reversed", status == 200, (status, text))
    tally.check("and reads REVOKED", state(payer, number) == "REVOKED", state(payer, number))
    tally.check("and the money went back", simulator.book(number)["reversed"] is True)
    status, _ = payer.codepay_reverse(out_trade_no=number)
    tally.check("reversing twice is the same as once", status == 200, status)


def native():
    number = order_no()
    amount = {"total": 800, "currency": "CNY"}
    status, text = shown.pay("matches", number, amount, pay_type=WeChatPayType.NATIVE)
    url = json.loads(text).get("code_url", "")
    tally.check("native gives a weixin:// address", status == 200 and url.startswith("weixin://"), (status, text))
    tally.check("an unscanned order reads NOTPAY", state(shown, number) == "NOTPAY")
    simulator.scan(number)
    tally.check("a scanned order reads SUCCESS", state(shown, number) == "SUCCESS")
    headers, body = inbox.next()
    notice = shown.callback(headers, body)
    tally.check("callback verifies and decrypts the notification", bool(notice), body)
    tally.check("it says TRANSACTION.SUCCESS", notice["event_type"] == "TRANSACTION.SUCCESS", notice)
    tally.check("it names the order", notice["resource"]["out_trade_no"] == number, notice)
    forged = body.replace(b'"id"', b'"ID"', 1)
    tally.check("callback refuses a changed notification", not shown.callback(headers, forged))


def close():
    number = order_no()
    shown.pay("matches", number, {"total": 800, "currency": "CNY"}, pay_type=WeChatPayType.NATIVE)
    status, text = shown.close(out_trade_no=number)
    tally.check("an unpaid order closes with 204", status == 204, (status, text))
    tally.check("and reads CLOSED", state(shown, number) == "CLOSED", state(shown, number))
    status, _ = shown.query(out_trade_no=order_no())
    tally.check("an order nobody made is 404", status == 404, status)


def refunds():
    number, refund_no = order_no(), order_no()
    codepay(payer, number, "normal")
    amount = {"refund": 500, "total": 1250, "currency": "CNY"}
    status, text = shown.refund(out_refund_no=refund_no, amount=amount, out_trade_no=number, reason="broken")
    tally.check("a part is refunded", status == 200 and json.loads(text)["status"] in ("SUCCESS", "PROCESSING"), text)

    def done():
        code, found = shown.query_refund(refund_no)
        return code == 200 and json.loads(found)["status"] == "SUCCESS"

    tally.check("the refund query says SUCCESS", eventually(done))
    headers, body = inbox.next()
    notice = shown.callback(headers, body)
    event = notice and notice["event_type"]
    tally.check("callback reads the refund's notification", event == "REFUND.SUCCESS", notice)
    status, _ = shown.refund(out_refund_no=refund_no, amount=amount, out_trade_no=number, reason="broken")
    returned = simulator.book(number)["refunds"]
    tally.check("the same refund number refunds once", status == 200 and len(returned) == 1, (status, returned))
    too_much = {"refund": 800, "total": 1250, "currency": "CNY"}
    status, text = shown.refund(out_refund_no=order_no(), amount=too_much, out_trade_no=number)
    tally.check("more than is left is refused", status >= 400, (status, text))
    tally.check("the order reads REFUND", state(payer, number) == "REFUND", state(payer, number))


def signatures():
    import cryptography.hazmat.primitives.asymmetric.rsa as rsa
    from cryptography.hazmat.primitives import serialization

    stranger = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    status, body = codepay(client(stranger.decode()), order_no(), "normal")
    tally.check("a request signed by a stranger is 401 SIGN_ERROR", (status, body.get("code")) == (401, "SIGN_ERROR"), body)
    for treatment in ("wrong_signature", "signature_probe"):
        try:
            seen = codepay(payer, order_no(), treatment)
        except Exception as error:
            seen = error
        tally.check(f"the package rejects the answer under {treatment}", isinstance(seen, Exception), seen)


def certificates():
    """Certificate mode fetches /v3/certificates in the constructor, from a host that cannot be set: it is rewritten."""
    real_get = wechatpayv3.core.requests.get

    def get(url, **more):
        return real_get(url.replace("https://api.mch.weixin.qq.com", credentials["base_url"]), **more)

    wechatpayv3.core.requests.get = get
    try:
        old_mode = client(public_key=None, public_key_id=None)
    finally:
        wechatpayv3.core.requests.get = real_get
    held = old_mode._core._certificates
    tally.check("platform certificates are fetched, decrypted and verified", len(held) == 1, held)


for group in (paid_at_once, password, refusals, reversal, native, close, refunds, signatures, certificates):
    tally.attempt(group.__name__, group)
tally.end()
