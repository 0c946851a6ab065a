"""The Python package wechatpayv3 in certificate mode drives our simulated WeChat Pay while its certificate changes.

    python tests/outsiders/wechat_certificates.py CREDENTIALS.json

The simulator was started with --certificates. The package fetches /v3/certificates by itself, from a host that cannot be
set, so its requests are led to the simulator.
"""

import json
import sys
import tempfile

import wechatpayv3.core
from outside import Simulator, Tally, order_no
from wechatpayv3 import WeChatPay, WeChatPayType

credentials = json.load(open(sys.argv[1], encoding="utf-8"))
simulator = Simulator(credentials["base_url"])
tally = Tally("wechatpayv3 with certificates")
asked = []
real_get = wechatpayv3.core.requests.get


def get(url, **more):
    asked.append(url)
    return real_get(url.replace("https://api.mch.weixin.qq.com", credentials["base_url"]), **more)


wechatpayv3.core.requests.get = get


def client(folder):
    made = WeChatPay(
        wechatpay_type=WeChatPayType.CODEPAY,
        mchid=credentials["mchid"],
        private_key=credentials["merchant_private_key_pem"],
        cert_serial_no=credentials["merchant_serial"],
        appid=credentials["appid"],
        apiv3_key=credentials["apiv3_key"],
        notify_url="http://127.0.0.1:1/notify",
        cert_dir=folder,
    )
    made._core._gate_way = credentials["base_url"]
    return made


def pays(wechat, what):
    status, text = wechat.pay(
        description="matches",
        out_trade_no=order_no(),
        amount={"total": 1250, "currency": "CNY"},
        payer={"auth_code": simulator.code("normal")},
        scene_info={"store_info": {"out_id": "S1"}},
    )
    paid = status == 200 and json.loads(text)["trade_state"] == "SUCCESS"
    tally.check(f"a payment's answer is verified {what}", paid, (status, text))


def fetches():
    return sum(url.endswith("/v3/certificates") for url in asked)


def rotation():
    with tempfile.TemporaryDirectory() as folder:
        wechat = client(folder)
        tally.check("one certificate at first", len(wechat._core._certificates) == 1, wechat._core._certificates)
        pays(wechat, "with the first certificate")
        simulator.ask("POST", "rotate_keys")
        pays(wechat, "while a second one is published")
        late = client(tempfile.mkdtemp(dir=folder))
        tally.check("two certificates side by side", len(late._core._certificates) == 2, late._core._certificates)
        simulator.ask("POST", "rotate_keys")
        pays(late, "by the second one, known beforehand")
        before = fetches()
        pays(wechat, "by the second one, fetched when it turned up")
        tally.check("it was fetched then", fetches() > before, asked)
        simulator.ask("POST", "rotate_keys")
        pays(wechat, "when the first one is gone")
        last = client(tempfile.mkdtemp(dir=folder))
        tally.check("one certificate at last", len(last._core._certificates) == 1, last._core._certificates)


tally.attempt("rotation", rotation)
tally.end()
