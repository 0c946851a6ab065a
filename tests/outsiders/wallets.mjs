// The npm packages alipay-sdk (official) and wechatpay-axios-plugin drive our simulators.
//
//     node tests/outsiders/wallets.mjs WECHAT.json ALIPAY.json

import { readFileSync } from "node:fs";
import { AlipaySdk } from "alipay-sdk";
import plugin from "wechatpay-axios-plugin";
import { check, end, group, inbox, orderNo, refusedWith, steer } from "./outside.mjs";

const { Wechatpay, Rsa, Aes, Formatter } = plugin;
const [wechatFile, alipayFile] = process.argv.slice(2);
const wechat = JSON.parse(readFileSync(wechatFile, "utf8"));
const alipay = JSON.parse(readFileSync(alipayFile, "utf8"));

async function axiosPlugin() {
  const says = (what) => `wechatpay-axios-plugin: ${what}`;
  const steering = steer(wechat.base_url);
  const mail = await inbox('{"code":"SUCCESS"}');
  const client = new Wechatpay({
    mchid: wechat.mchid,
    serial: wechat.merchant_serial,
    privateKey: wechat.merchant_private_key_pem,
    certs: { [wechat.platform_public_key_id]: wechat.platform_public_key_pem },
    baseURL: `${wechat.base_url}/`,
    // In public-key mode a client names the key that the answer shall be signed with.
    headers: { "Wechatpay-Serial": wechat.platform_public_key_id },
  });
  const orders = client.v3.pay.transactions;
  const merchant = { appid: wechat.appid, mchid: wechat.mchid };
  const pay = async (number, treatment) =>
    orders.codepay.post({
      ...merchant,
      description: "matches",
      out_trade_no: number,
      amount: { total: 1250, currency: "CNY" },
      payer: { auth_code: await steering.code(treatment) },
      scene_info: { store_info: { out_id: "S1" } },
    });
  const query = (number) =>
    orders.outTradeNo._out_trade_no_.get({ params: { mchid: wechat.mchid }, out_trade_no: number });

  const number = orderNo();
  const paid = await pay(number, "normal");
  check(says("codepay is paid and its answer verified"), paid.data.trade_state === "SUCCESS", paid.data);
  check(says("query says SUCCESS"), (await query(number)).data.trade_state === "SUCCESS");
  const refund = await client.v3.refund.domestic.refunds.post({
    out_trade_no: number,
    out_refund_no: orderNo(),
    amount: { refund: 250, total: 1250, currency: "CNY" },
  });
  check(says("a part is refunded"), ["SUCCESS", "PROCESSING"].includes(refund.data.status), refund.data);
  const reversedNumber = orderNo();
  await pay(reversedNumber, "normal");
  const reversed = await orders.outTradeNo._out_trade_no_.reverse.post(merchant, { out_trade_no: reversedNumber });
  check(says("reverse answers 200"), reversed.status === 200, reversed.status);
  check(says("and the order reads REVOKED"), (await query(reversedNumber)).data.trade_state === "REVOKED");

  const waiting = await pay(orderNo(), "password_never_typed");
  check(says("a password is awaited"), waiting.data.trade_state === "USERPAYING", waiting.data);
  const poor = await refusedWith(pay(orderNo(), "insufficient_balance"));
  check(says("too little money is refused"), /NOT_?ENOUGH/.test(poor.response?.data?.code), poor.response?.data);
  const forged = await refusedWith(pay(orderNo(), "wrong_signature"));
  check(says("a wrongly signed answer is rejected by the package"), forged instanceof Error && !forged.taken, forged);

  const shown = orderNo();
  const native = await orders.native.post({
    ...merchant,
    description: "matches",
    out_trade_no: shown,
    notify_url: mail.url,
    amount: { total: 800, currency: "CNY" },
  });
  check(says("native gives a code_url"), native.data.code_url.startsWith("weixin://"), native.data);
  await steering.scan(shown);
  const { headers, body } = await mail.next();
  const text = Formatter.joinedByLineFeed(headers["wechatpay-timestamp"], headers["wechatpay-nonce"], body);
  const genuine = Rsa.verify(text, headers["wechatpay-signature"], wechat.platform_public_key_pem);
  check(says("Rsa.verify accepts the notification"), genuine, headers);
  const { resource } = JSON.parse(body);
  const opened = JSON.parse(
    Aes.AesGcm.decrypt(resource.ciphertext, wechat.apiv3_key, resource.nonce, resource.associated_data),
  );
  check(says("AesGcm.decrypt opens it"), opened.out_trade_no === shown && opened.trade_state === "SUCCESS", opened);

  const closing = orderNo();
  await orders.native.post({
    ...merchant,
    description: "matches",
    out_trade_no: closing,
    notify_url: mail.url,
    amount: { total: 800, currency: "CNY" },
  });
  const closed = await orders.outTradeNo._out_trade_no_.close.post({ mchid: wechat.mchid }, { out_trade_no: closing });
  check(says("close answers 204"), closed.status === 204, closed.status);
  mail.close();
}

async function alipaySdk() {
  const says = (what) => `alipay-sdk: ${what}`;
  const steering = steer(alipay.base_url);
  const mail = await inbox("success");
  const settings = {
    appId: alipay.app_id,
    privateKey: alipay.app_private_key_pem,
    alipayPublicKey: alipay.alipay_public_key_pem,
    gateway: alipay.base_url,
    keyType: "PKCS8",
  };
  const client = new AlipaySdk(settings);
  const exec = (method, bizContent, more = {}) => client.exec(method, { bizContent, ...more }, { validateSign: true });
  const pay = async (number, treatment) =>
    exec("alipay.trade.pay", {
      outTradeNo: number,
      scene: "bar_code",
      authCode: await steering.code(treatment),
      subject: "matches",
      totalAmount: "12.50",
    });
  const query = (number) => exec("alipay.trade.query", { outTradeNo: number });

  const number = orderNo();
  const paid = await pay(number, "normal");
  check(says("trade.pay is paid and its answer verified"), paid.code === "10000" && paid.totalAmount === "12.50", paid);
  check(says("trade.query says TRADE_SUCCESS"), (await query(number)).tradeStatus === "TRADE_SUCCESS");
  const refundNo = orderNo();
  const refund = await exec("alipay.trade.refund", { outTradeNo: number, refundAmount: "2.50", outRequestNo: refundNo });
  check(says("a part is refunded"), refund.fundChange === "Y" && refund.refundFee === "2.50", refund);
  const found = await exec("alipay.trade.fastpay.refund.query", { outTradeNo: number, outRequestNo: refundNo });
  check(says("the refund is found"), found.refundStatus === "REFUND_SUCCESS", found);
  const undone = orderNo();
  await pay(undone, "normal");
  const canceled = await exec("alipay.trade.cancel", { outTradeNo: undone });
  check(says("cancel returns the money"), canceled.code === "10000" && canceled.action === "refund", canceled);

  const waiting = await pay(orderNo(), "password_never_typed");
  check(says("a password is awaited with 10003"), waiting.code === "10003", waiting);
  const poor = await pay(orderNo(), "insufficient_balance");
  check(says("too little money is refused"), poor.subCode === "ACQ.BUYER_BALANCE_NOT_ENOUGH", poor);
  const forged = await refusedWith(pay(orderNo(), "wrong_signature"));
  check(says("a wrongly signed answer is rejected by the package"), forged instanceof Error, forged);

  const shown = orderNo();
  const precreated = await exec(
    "alipay.trade.precreate",
    { outTradeNo: shown, totalAmount: "8.00", subject: "matches" },
    { notifyUrl: mail.url },
  );
  check(says("precreate gives a QR"), precreated.qrCode?.startsWith("https://qr.alipay.com/"), precreated);
  await steering.scan(shown);
  const { body } = await mail.next();
  const fields = Object.fromEntries(new URLSearchParams(body));
  check(says("checkNotifySignV2 accepts the notification"), client.checkNotifySignV2(fields), fields);
  check(says("it tells of this payment"), fields.out_trade_no === shown && fields.total_amount === "8.00", fields);
  check(says("checkNotifySignV2 refuses a changed one"), !client.checkNotifySignV2({ ...fields, total_amount: "9.00" }));

  const stranger = new AlipaySdk({ ...settings, appId: "2021999999999999" });
  const unknown = await refusedWith(stranger.exec("alipay.trade.query", { bizContent: { outTradeNo: orderNo() } }));
  check(says("an unknown application is refused"), JSON.stringify(unknown.taken ?? unknown.message).includes("isv."), unknown);
  mail.close();
}

await group("wechatpay-axios-plugin", axiosPlugin);
await group("alipay-sdk", alipaySdk);
end();
