// The other protocol of each wallet: wechatpay-axios-plugin drives WeChat Pay's API v2 over mutual TLS, and alipay-sdk's
// `curl` Alipay's REST interface. Both check the signature of every answer.
//
//     NODE_EXTRA_CA_CERTS=AUTHORITY.pem node tests/outsiders/protocols.mjs WECHAT_TLS.json ALIPAY.json

import { readFileSync } from "node:fs";
import { AlipaySdk } from "alipay-sdk";
import plugin from "wechatpay-axios-plugin";
import { check, end, group, inbox, orderNo, refusedWith, steer } from "./outside.mjs";

const { Wechatpay, Aes, Hash, Transformer } = plugin;
const [wechatFile, alipayFile] = process.argv.slice(2);
const wechat = JSON.parse(readFileSync(wechatFile, "utf8"));
const alipay = JSON.parse(readFileSync(alipayFile, "utf8"));

function wechatClient(merchant) {
  return new Wechatpay({
    mchid: wechat.mchid,
    serial: wechat.merchant_serial,
    privateKey: wechat.merchant_private_key_pem,
    certs: { [wechat.platform_public_key_id]: wechat.platform_public_key_pem },
    secret: wechat.api_key,
    baseURL: `${wechat.base_url}/`,
    ...(merchant ? { merchant } : {}),
  });
}

async function wechatV2(signType) {
  const says = (what) => `wechatpay-axios-plugin, v2 with ${signType}: ${what}`;
  const steering = steer(wechat.base_url);
  const mail = await inbox("<xml><return_code>SUCCESS</return_code></xml>");
  const client = wechatClient({
    cert: wechat.merchant_certificate_pem,
    key: wechat.merchant_private_key_pem,
  });
  const merchant = { appid: wechat.appid, mch_id: wechat.mchid, sign_type: signType };
  const pay = async (number, treatment) =>
    client.v2.pay.micropay.post({
      ...merchant,
      body: "matches & <more>",
      out_trade_no: number,
      total_fee: 1250,
      spbill_create_ip: "127.0.0.1",
      auth_code: await steering.code(treatment),
    });
  const query = (number) => client.v2.pay.orderquery.post({ ...merchant, out_trade_no: number });
  const shown = { security: true };

  const number = orderNo();
  const paid = await pay(number, "normal");
  check(says("micropay is paid and its answer verified"), paid.data.result_code === "SUCCESS" && paid.data.total_fee === "1250", paid.data);
  check(says("query says SUCCESS"), (await query(number)).data.trade_state === "SUCCESS");

  const refundNo = orderNo();
  const refund = {
    ...merchant,
    out_trade_no: number,
    out_refund_no: refundNo,
    total_fee: 1250,
    refund_fee: 250,
    notify_url: mail.url,
  };
  const bare = await refusedWith(wechatClient(null).v2.secapi.pay.refund.post(refund));
  const told = JSON.stringify(bare.response?.data ?? bare.taken ?? String(bare));
  check(says("a refund without the merchant's certificate is refused"), !bare.taken && told.includes("证书"), told);
  check(says("and nothing was returned"), (await steering.book(number)).refunds.length === 0);
  const taken = await client.v2.secapi.pay.refund.post(refund, shown);
  check(says("with it a part is refunded"), taken.data.result_code === "SUCCESS" && taken.data.refund_fee === "250", taken.data);
  const { body } = await mail.next();
  const outside = Transformer.toObject.call({}, body);
  const inside = Transformer.toObject.call({}, Aes.AesEcb.decrypt(outside.req_info, Hash.md5(wechat.api_key)));
  check(says("AesEcb.decrypt opens the refund's notification"), inside.out_refund_no === refundNo && inside.refund_status === "SUCCESS", inside);
  const found = await client.v2.pay.refundquery.post({ ...merchant, out_refund_no: refundNo });
  check(says("refundquery finds it"), found.data.refund_status_0 === "SUCCESS" && found.data.refund_fee_0 === "250", found.data);

  const undone = orderNo();
  await pay(undone, "normal");
  const reverse = { ...merchant, out_trade_no: undone };
  const refused = await refusedWith(wechatClient(null).v2.secapi.pay.reverse.post(reverse));
  check(says("a reversal without the certificate is refused"), !refused.taken, refused.taken);
  check(says("and nothing was undone"), (await query(undone)).data.trade_state === "SUCCESS");
  const reversed = await client.v2.secapi.pay.reverse.post(reverse, shown);
  check(says("with it the order is reversed"), reversed.data.recall === "N", reversed.data);
  check(says("and reads REVOKED"), (await query(undone)).data.trade_state === "REVOKED");

  const errCode = (error) => error.response?.data?.err_code;
  const waiting = await refusedWith(pay(orderNo(), "password_never_typed"));
  check(says("a password is awaited with USERPAYING"), errCode(waiting) === "USERPAYING", waiting.response?.data);
  const poor = await refusedWith(pay(orderNo(), "insufficient_balance"));
  check(says("too little money is refused"), errCode(poor) === "NOTENOUGH", poor.response?.data);
  const forged = await refusedWith(pay(orderNo(), "wrong_signature"));
  check(says("a wrongly signed answer is rejected by the package"), /sign/.test(forged.message ?? "") && !forged.taken, String(forged));

  const qr = orderNo();
  const opened = await client.v2.pay.unifiedorder.post({
    ...merchant,
    body: "matches",
    out_trade_no: qr,
    product_id: "1",
    total_fee: 800,
    spbill_create_ip: "127.0.0.1",
    trade_type: "NATIVE",
    notify_url: mail.url,
  });
  check(says("unifiedorder gives a code_url"), opened.data.code_url.startsWith("weixin://"), opened.data);
  await steering.scan(qr);
  const notice = Transformer.toObject.call({}, (await mail.next()).body);
  const expected = Hash.sign(signType, notice, Hash.keyObjectFrom(Buffer.from(wechat.api_key)));
  check(says("Hash.sign agrees with the notification's"), notice.sign === expected && notice.out_trade_no === qr, notice);
  mail.close();
}

async function alipayRest() {
  const says = (what) => `alipay-sdk, curl: ${what}`;
  const steering = steer(alipay.base_url);
  const mail = await inbox("success");
  const settings = {
    appId: alipay.app_id,
    privateKey: alipay.app_private_key_pem,
    alipayPublicKey: alipay.alipay_public_key_pem,
    endpoint: new URL(alipay.base_url).origin,
    keyType: "PKCS8",
  };
  const client = new AlipaySdk(settings);
  const post = async (what, body) => (await client.curl("POST", `/v3/alipay/trade/${what}`, { body })).data;
  const pay = async (number, treatment) =>
    post("pay", {
      out_trade_no: number,
      scene: "bar_code",
      auth_code: await steering.code(treatment),
      subject: "matches",
      total_amount: "12.50",
    });

  const number = orderNo();
  const paid = await pay(number, "normal");
  check(says("pay is paid and its answer verified"), paid.total_amount === "12.50" && paid.out_trade_no === number, paid);
  const seen = await post("query", { out_trade_no: number });
  check(says("query says TRADE_SUCCESS"), seen.trade_status === "TRADE_SUCCESS", seen);
  const refundNo = orderNo();
  const refund = await post("refund", { out_trade_no: number, refund_amount: "2.50", out_request_no: refundNo });
  check(says("a part is refunded"), refund.fund_change === "Y" && refund.refund_fee === "2.50", refund);
  const found = await post("fastpay/refund/query", { out_trade_no: number, out_request_no: refundNo });
  check(says("the refund is found"), found.refund_status === "REFUND_SUCCESS", found);
  const undone = orderNo();
  await pay(undone, "normal");
  const canceled = await post("cancel", { out_trade_no: undone });
  check(says("cancel returns the money"), canceled.action === "refund", canceled);

  const waiting = await refusedWith(pay(orderNo(), "password_never_typed"));
  check(says("a password is awaited with status 400"), waiting.responseHttpStatus === 400 && /INPROCESS/.test(waiting.code), waiting);
  const poor = await refusedWith(pay(orderNo(), "insufficient_balance"));
  check(says("too little money is refused"), poor.code === "ACQ.BUYER_BALANCE_NOT_ENOUGH", poor);
  const forged = await refusedWith(pay(orderNo(), "wrong_signature"));
  check(says("a wrongly signed answer is rejected by the package"), forged.code === "response-signature-verify-error", forged);
  const unknown = await refusedWith(post("query", { out_trade_no: orderNo() }));
  check(says("an unknown order is not there"), unknown.code === "ACQ.TRADE_NOT_EXIST", unknown);

  const shown = orderNo();
  const precreated = await post("precreate", {
    out_trade_no: shown,
    total_amount: "8.00",
    subject: "matches",
    notify_url: mail.url,
  });
  check(says("precreate gives a QR"), precreated.qr_code?.startsWith("https://qr.alipay.com/"), precreated);
  await steering.scan(shown);
  const fields = Object.fromEntries(new URLSearchParams((await mail.next()).body));
  check(says("checkNotifySignV2 accepts the notification"), client.checkNotifySignV2(fields), fields);
  const bill = await refusedWith(
    client.curl("GET", "/v3/alipay/data/dataservice/bill/downloadurl/query", {
      query: { bill_type: "trade", bill_date: "2020-01-01" },
    }),
  );
  check(says("a bill that is not there is asked for with GET"), /bill_not_exist/i.test(bill.code), bill);

  const stranger = new AlipaySdk({ ...settings, appId: "2021999999999999" });
  const turnedAway = await refusedWith(stranger.curl("POST", "/v3/alipay/trade/query", { body: { out_trade_no: "1" } }));
  check(says("an unknown application is refused"), turnedAway.code === "invalid-app-id", turnedAway);
  mail.close();
}

await group("wechat v2 with MD5", () => wechatV2("MD5"));
await group("wechat v2 with HMAC-SHA256", () => wechatV2("HMAC-SHA256"));
await group("alipay-sdk curl", alipayRest);
end();
