// What the till says of bills that are paid in parts.
import { dictionary } from "../shared/i18n/dictionary";

export const billTexts = dictionary({
  "split": { zh: "分开收", en: "Split" },
  "split.title": { zh: "分开收 {amount}", en: "Split {amount}" },
  "split.total_first": { zh: "先输入整单金额，再分开收", en: "Enter the whole amount first, then split it" },
  "split.equal": { zh: "几个人平分", en: "Equal shares" },
  "split.people": { zh: "{count} 人", en: "{count} people" },
  "split.each": { zh: "每人 {amount}", en: "{amount} each" },
  "split.free": { zh: "各付各的，或换几种方式付", en: "Different amounts or methods" },
  "split.free_hint": { zh: "每次输入这一次收多少，剩下多少一直显示", en: "Type what is taken each time; what is left stays in view" },
  "split.note": { zh: "这一单叫什么（桌号，可不填）", en: "Name of the bill, such as a table (optional)" },
  "split.unpaid": { zh: "还没付清的单", en: "Bills not paid in full" },
  "split.unpaid_none": { zh: "没有放下的单", en: "No bill was put down" },
  "split.go_on": { zh: "接着收", en: "Go on" },
  "split.no": { zh: "不分了", en: "Do not split" },

  "bill": { zh: "整单", en: "Bill" },
  "bill.left": { zh: "还差", en: "Left to pay" },
  "bill.of": { zh: "整单 {total}，已收 {paid}", en: "Bill {total}, paid {paid}" },
  "bill.open": { zh: "{open} 正在核实", en: "{open} without a result yet" },
  "bill.take_all": { zh: "收剩下的全部", en: "All that is left" },
  "bill.put_down": { zh: "先放下这一单", en: "Put this bill down" },
  "bill.put_down_hint": { zh: "已收的不变，可以在“分开收”里接着收", en: "What was paid stays paid; go on later under Split" },
  "bill.parts": { zh: "已收的几笔", en: "Parts paid" },
  "bill.too_much": { zh: "这一单最多还能收 {left}", en: "At most {left} of this bill may still be charged" },
  "bill.next_part": { zh: "收剩下的 {left}", en: "Take the other {left}" },
  "bill.not_yet": { zh: "这一笔收到了，整单还差 {left}，付清再交货。", en: "This part is paid; {left} of the bill is left. Hand over when all is paid." },
  "bill.checking": { zh: "正在核对整单，稍等再交货。", en: "The bill is being added up; wait before handing over." },
  "bill.settled": { zh: "整单已付清 {total}，可以交货。", en: "The bill of {total} is paid in full. Hand over the goods." },
});
