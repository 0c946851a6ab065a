// What the console says of sales that several payments paid.
import { dictionary } from "../shared/i18n/dictionary";

export const saleTexts = dictionary({
  "sale.title": { zh: "这一单的几笔付款", en: "Payments of this sale" },
  "sale.part": { zh: "第 {number} 笔", en: "Part {number}" },
  "sale.this": { zh: "正在看的这笔", en: "This one" },
  "sale.refund": { zh: "整单退款", en: "Refund the sale" },
  "sale.refund_title": { zh: "整单退款", en: "Refund the sale" },
  "sale.refund_meaning": {
    zh: "从最后付的一笔开始退，每笔按原来的方式退回，且不超过那一笔；现金请从钱箱拿给顾客。退出去就收不回来了。",
    en: "The newest payment gives first, each by the way it came and never more than came by it; hand cash over from the drawer. It cannot be taken back.",
  },
  "sale.refund_plan": { zh: "{method} 退 {amount}", en: "{amount} by {method}" },
  "sale.refund_cash": { zh: "现金", en: "cash" },
});
