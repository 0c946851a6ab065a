// What the console says of decisions that only a person can make: settling, acknowledging, giving back in cash.
import { dictionary } from "../shared/i18n/dictionary";

export const decisionTexts = dictionary({
  "found.seen": { zh: "知道了", en: "I have seen it" },
  "found.seen_by": { zh: "{who} 已看过", en: "Seen by {who}" },
  "found.acknowledged": { zh: "已标记为看过", en: "Marked as seen" },
  "settle.open": { zh: "认定这笔…", en: "Decide what this is…" },
  "settle.no_permission": { zh: "要由店长或店主来认定。", en: "A manager or the owner decides this." },
  "settle.title": { zh: "认定这笔 {amount}", en: "Decide what this {amount} is" },
  "settle.meaning": {
    zh: "系统和支付平台都说不清的，由人来认定。认定连同原因和名字记入经过；以后查到不同的事实，会再提醒。",
    en: "What neither Paydesk nor the provider can tell, a person decides. The decision is kept with its reason and your name; should a different truth turn up, you are told.",
  },
  "settle.paid": { zh: "钱是本店的", en: "The money is ours" },
  "settle.paid_record": { zh: "算今天的收款，可以交货。", en: "It counts as takings; the goods may go." },
  "settle.paid_kept": { zh: "收到多少就按多少留下，不再退回。", en: "What came is kept as it is; nothing goes back by itself." },
  "settle.not_paid": { zh: "没有收到钱", en: "The money never came" },
  "settle.not_paid_means": { zh: "按未收款处理，可以另外再收。", en: "It counts as not paid; the sale may be charged anew." },
  "settle.reason": { zh: "为什么这样认定（必填，记入经过）", en: "Why (required; kept in the story)" },
  "settle.reason_missing": { zh: "请写明原因。", en: "Write down the reason." },
  "settle.yes": { zh: "就这样认定", en: "Decide so" },
  "settle.no": { zh: "先不认定", en: "Not now" },
  "settle.done": { zh: "已认定", en: "Decided" },
  "settle.see": { zh: "去处理", en: "See to it" },
  "facts.installments": { zh: "分期", en: "Instalments" },
  "facts.tendered": { zh: "顾客给了", en: "Customer gave" },
  "facts.change": { zh: "找零", en: "Change" },
  "facts.seen": { zh: "收银员看到", en: "The cashier saw" },
  "facts.digits": { zh: "交易单号后几位", en: "Last digits" },
  "facts.verify_by": { zh: "最迟核实", en: "Verified by" },
  "facts.settled": { zh: "人工认定", en: "Decided by a person" },
  "refund.cash_open": { zh: "退现金", en: "Give cash back" },
  "refund.cash_meaning": {
    zh: "先从钱箱拿 {amount} 现金给顾客，再按确认。支付平台不会再退这笔钱。",
    en: "Give the customer {amount} in cash first, then confirm. No provider returns this money.",
  },
  "refund.cash_yes": { zh: "已退现金 {amount}", en: "{amount} given back in cash" },
});
