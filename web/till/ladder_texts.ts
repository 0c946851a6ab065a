// What the till says of the steps below the wallets: cash, the shop's printed code, and money that is found later.
import { dictionary } from "../shared/i18n/dictionary";

export const ladderTexts = dictionary({
  "cash": { zh: "现金", en: "Cash" },
  "shop_code": { zh: "固定码", en: "Printed code" },
  "other_ways": { zh: "别的收款方式", en: "Other ways to be paid" },

  "down.one": { zh: "{wallets}连不上（{time} 起）", en: "{wallets} cannot be reached since {time}" },
  "down.means": {
    zh: "先收现金，或请顾客扫店里贴的固定码。扫付款码也可以再试，通了会自己恢复。",
    en: "Take cash, or let the customer scan the shop's printed code. Scanning may be tried again; it recovers by itself.",
  },
  "down.server": { zh: "连不上服务器", en: "The server cannot be reached" },
  "down.server_means": {
    zh: "现在只能收现金，或请顾客扫店里贴的固定码。这里先记下，连上后自动交给服务器。",
    en: "Only cash and the shop's printed code work now. They are kept here and handed in by themselves later.",
  },

  "cash.title": { zh: "收现金", en: "Cash" },
  "cash.due": { zh: "应收", en: "Due" },
  "cash.tendered": { zh: "顾客给了", en: "Customer gave" },
  "cash.exact": { zh: "正好 {amount}", en: "Exact {amount}" },
  "cash.change": { zh: "找零", en: "Change" },
  "cash.missing": { zh: "还差 {amount}", en: "{amount} is missing" },
  "cash.unreadable": { zh: "这不是金额，请重新输入", en: "That is no amount; type it again" },
  "cash.yes": { zh: "收下 {amount}", en: "Take {amount}" },
  "cash.yes_change": { zh: "收下，找零 {change}", en: "Take it, {change} back" },
  "cash.no": { zh: "不收现金", en: "No cash" },

  "shop.title": { zh: "顾客扫固定码付 {amount}", en: "{amount} by the printed code" },
  "shop.steps": {
    zh: "请顾客用自己的手机网络扫店里贴的收款码，输入 {amount} 付款。付完请看顾客手机：付款成功、金额、店名都对。",
    en: "The customer scans the shop's printed code over the phone's own network and pays {amount}. Then look at the phone: paid, the amount, the shop's name.",
  },
  "shop.wallet": { zh: "顾客用哪个付的？", en: "Paid with which wallet?" },
  "shop.digits": { zh: "交易单号后 4 到 8 位（看得到就填，核实更快）", en: "Last 4 to 8 digits of the transaction number, if shown" },
  "shop.digits_wrong": { zh: "要么 4 到 8 位数字，要么空着", en: "Either 4 to 8 digits, or nothing" },
  "shop.seen": { zh: "看到{wallet}付款成功 {amount}", en: "Saw {wallet} say paid, {amount}" },
  "shop.warning": {
    zh: "这只是登记，不等于到账。系统会用支付平台的通知或账单核实，核实前不算进今天的收款。",
    en: "This is a record, not money received. It is verified by the provider's notification or bill, and is no part of today's takings until then.",
  },
  "shop.yes": { zh: "看到付款成功，登记", en: "I saw it paid: record it" },
  "shop.no": { zh: "没有看到", en: "I did not see it" },

  "kept.cash": { zh: "现金已收下", en: "Cash taken" },
  "kept.cash_detail": {
    zh: "可以交货。这笔先记在这台收银机上，连上服务器后自动登记。",
    en: "Hand over the goods. It is kept at this till and handed in as soon as the server can be reached.",
  },
  "kept.shop_code": { zh: "已记下，未核实", en: "Kept, not verified" },
  "kept.shop_code_detail": {
    zh: "先记在这台收银机上，连上服务器后自动登记，再由支付平台核实。现在交货由本店承担风险。",
    en: "It is kept at this till, handed in as soon as the server can be reached, and verified then. Handing over now is at the shop's own risk.",
  },
  "kept.parked": { zh: "等登记", en: "to be handed in" },
  "kept.next": { zh: "下一位", en: "Next customer" },
  "refused.word": { zh: "没有登记上", en: "Not recorded" },
  "refused.detail": {
    zh: "服务器没有接受：{why} 钱要是已经收下，请告诉店长，由店长处理。",
    en: "The server did not accept it: {why} If the money was taken, tell the manager, who decides what to do.",
  },
  "refused.yes": { zh: "知道了", en: "I have read it" },

  "record.cancel": { zh: "撤回登记", en: "Take the record back" },
  "record.cancel_title": { zh: "撤回这笔 {amount} 的登记？", en: "Take back the record of {amount}?" },
  "record.cancel_meaning": {
    zh: "撤回后按没有收到处理。以后若在账单里查到，会自动认领并提醒。",
    en: "It then counts as not paid. Should a bill show the money later, it is taken in and you are told.",
  },
  "record.cancel_no": { zh: "保留登记", en: "Keep the record" },

  "found.label": { zh: "找回的收款", en: "Money that was found" },
  "found.seen": { zh: "知道了", en: "I have seen it" },
  "found.more": { zh: "还有 {count} 笔", en: "{count} more" },
  "found.voice": { zh: "查到一笔，{amount}", en: "Found a payment of {amount}" },
  "voice.change": { zh: "找零{amount}", en: "change {amount}" },

  "refund.cash_meaning": {
    zh: "请从钱箱拿 {amount} 现金给顾客，再按确认。这笔没有经过支付平台，不能原路退。",
    en: "Give the customer {amount} in cash, then confirm. No provider moved this money, so it cannot go back by itself.",
  },
  "refund.cash_yes": { zh: "已退现金 {amount}", en: "{amount} given back in cash" },

  "totals.title": { zh: "按方式", en: "By method" },
  "totals.recorded": { zh: "已登记，未核实（不算在内）", en: "Recorded, not verified (not counted)" },
  "totals.refunded": { zh: "今天退款", en: "Refunded today" },
  "totals.count": { zh: "{count} 笔", en: "{count}×" },
});
