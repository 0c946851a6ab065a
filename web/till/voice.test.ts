// What is said aloud, and when silence is better.
import { expect, it } from "vitest";
import type { Payment } from "../shared/api/types";
import { sentenceFor } from "./voice";

const payment = (money: Payment["money"]) =>
  ({
    money,
    amount: { amount: 1250, currency: "CNY" },
    paid: { amount: 1250, currency: "CNY" },
    wallet_label: { zh: "微信支付", en: "WeChat Pay" },
  }) as Payment;

it.each([
  ["paid", "zh", "微信收款十二元五角"],
  ["paid", "en", "WeChat Pay, 12 yuan 50 received"],
  ["not_paid", "zh", "未收款"],
  ["recorded", "zh", "已登记，还没有核实"],
  ["returned", "en", "Returned"],
  ["waiting", "zh", null],
  ["verifying", "en", null],
] as const)("%s in %s", (money, language, sentence) => {
  expect(sentenceFor(payment(money), language)).toBe(sentence);
});

it.each([
  ["zh", "现金收款十二元五角，找零七元五角"],
  ["en", "Cash, 12 yuan 50 received, change 7 yuan 50"],
] as const)("cash names the change in %s", (language, sentence) => {
  const cash = { tendered: { amount: 2000, currency: "CNY" }, change: { amount: 750, currency: "CNY" } };
  expect(sentenceFor({ ...payment("paid"), wallet_label: { zh: "现金", en: "Cash" }, cash }, language)).toBe(sentence);
});
