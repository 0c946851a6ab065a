import { describe, expect, it } from "vitest";
import type { components } from "../shared/api/schema";
import { fill, type Parameters } from "../shared/i18n/dictionary";
import { actDetail, actName, dayTag, movements } from "./reconcile_said";
import { reconcileTexts } from "./reconcile_texts";

const tag = (verdict: string, raised = 0, under_way = 0) => {
  const { tone, text, count } = dayTag({ verdict, raised, under_way });
  return `${tone} ${text} ${count}`;
};

describe("a day's mark", () => {
  it("is green only when nothing is left to do", () => {
    const all = ["running", "not_ready", "failed", "raised", "open", "agrees", "nothing"];
    expect(all.filter((verdict) => tag(verdict, 1, 1).startsWith("good"))).toEqual(["agrees"]);
  });

  it("counts what is open, and names the account where no row is", () => {
    expect(tag("raised", 3, 2)).toBe("bad verdict.raised 3");
    expect(tag("open", 0, 2)).toBe("open verdict.open 2");
    expect(tag("raised")).toBe("bad verdict.funds_differ 0");
    expect(tag("open")).toBe("open verdict.funds_missing 0");
  });

  it("has a word for a verdict of a newer server", () => {
    expect(tag("dreaming")).toBe("open verdict.running 0");
  });
});

it("shows what moved with its direction, and the usual three even when nothing did", () => {
  const sum = (count: number, amount: number) => ({ count, amount: { amount, currency: "CNY" } });
  const funds = {
    payments: sum(2, 2500), refunds: sum(0, 0), fees: sum(2, 15), fees_back: sum(0, 0), withdrawals: sum(1, 1000),
    other: sum(0, 0), balance: null, known: true, problem: null,
  } satisfies components["schemas"]["FundsView"];
  expect(movements(funds).map(({ name, sign, sum }) => `${sign}${sum.amount.amount} ${name}`)).toEqual([
    "+2500 payments", "0 refunds", "-15 fees", "-1000 withdrawals",
  ]);
});

it("says what was done, also what it has no words for", () => {
  const t = (key: keyof typeof reconcileTexts) => reconcileTexts[key].en;
  expect(actName("matched", t)).toBe("Matched to a record by hand");
  expect(actName("pondered", t)).toBe("pondered");
});

it("says why it was raised in the page's language, and leaves people's words alone", () => {
  const t = (key: keyof typeof reconcileTexts, values?: Parameters) => fill(reconcileTexts[key].zh, values);
  expect(actDetail({ act: "found", detail: "missing_here" }, t)).toBe("");
  expect(actDetail({ act: "raised", detail: "asked; it still differs" }, t)).toBe("查询后仍然对不上");
  expect(actDetail({ act: "raised", detail: "not in the bill of 2026-11-23 either" }, t)).toBe("2026-11-23 的账单里也没有");
  expect(actDetail({ act: "settled", detail: "the neighbour's sale" }, t)).toBe("the neighbour's sale");
});
