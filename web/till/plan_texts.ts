// What the till says of paying in instalments.
import { dictionary } from "../shared/i18n/dictionary";

export const planTexts = dictionary({
  "plans.with": { zh: "{wallet}分期", en: "{wallet} instalments" },
  "plans.title": { zh: "{wallet}分期 {amount}", en: "{wallet}: {amount} in instalments" },
  "plans.asking": { zh: "正在查询分期方案…", en: "Asking for the plans…" },
  "plans.none": { zh: "这笔金额不能分期", en: "No instalments for this amount" },
  "plans.again": { zh: "再查一次", en: "Ask again" },
  "plans.choose": { zh: "顾客选哪一种？", en: "Which one does the customer choose?" },
  "plans.ours": { zh: "店里收到全款，分期还给{wallet}。", en: "The shop gets the whole amount; the instalments are paid to {wallet}." },
  "plans.yes": { zh: "就按这个，去扫码", en: "This one: scan the code" },
  "plans.no": { zh: "不分期", en: "No instalments" },
  "plans.chosen": { zh: "{wallet}分期：{terms}。请扫顾客的{wallet}付款码", en: "{wallet}: {terms}. Scan the customer's {wallet} code" },
  "plans.drop": { zh: "不分期了", en: "Drop the plan" },
  "plans.count": { zh: "{count} 期", en: "{count} ×" },
  "plans.each": { zh: "每期 {amount}", en: "{amount} each" },
  "plans.once": { zh: "下月还 {amount}", en: "{amount} next month" },
  "plans.first": { zh: "首期 {first}，以后每期 {later}", en: "{first}, then {later} each" },
  "plans.fee": { zh: "手续费 {fee}", en: "fee {fee}" },
  "plans.free": { zh: "免手续费", en: "no fee" },
});
