import { describe, expect, it } from "vitest";
import type { Payment, Sale } from "../shared/api/types";
import type { Bill } from "../shared/journal";
import { leftOf, shareOf } from "./bill";
import type { Delivery, Open } from "./desk";

const bill: Bill = { id: "s", total: 10_000, note: "", currency: "CNY", people: null };

function open(amount: number, delivery: Delivery, payment: Partial<Payment> | null = null, sale = "s"): Open {
  const attempt = { key: `${amount}${delivery}`, amount, sale: { id: sale, total: 10_000, note: "" } };
  return { attempt, delivery, payment } as unknown as Open;
}

function sale(left: number, payments: string[]): Sale {
  return { id: "s", left: { amount: left, currency: "CNY" }, payments: payments.map((id) => ({ id })) } as unknown as Sale;
}

describe("what is left of a bill", () => {
  it("is the whole before anything was asked", () => {
    expect(leftOf(bill, null, [])).toBe(10_000);
  });

  it("counts what is on its way as taken, and nothing twice", () => {
    expect(leftOf(bill, null, [open(4_000, "sending")])).toBe(6_000);
    expect(leftOf(bill, sale(6_000, ["p"]), [open(4_000, "known", { id: "p", money: "paid" })])).toBe(6_000);
    expect(leftOf(bill, null, [open(4_000, "known", { id: "p", money: "paid" })])).toBe(6_000);
    expect(leftOf(bill, sale(6_000, ["p"]), [open(7_000, "repeating")])).toBe(0);
  });

  it("does not count what was refused, never arrived, or is another sale's", () => {
    const others = [
      open(1, "known", { id: "p", money: "not_paid" }),
      open(2, "not_received"),
      open(4, "aside"),
      open(8, "sending", null, "other"),
    ];
    expect(leftOf(bill, null, others)).toBe(10_000);
  });
});

describe("equal shares", () => {
  it("come to the whole, the odd fen first", () => {
    let left = 10_000;
    const paid = [3, 2, 1].map((people) => {
      const share = shareOf(left, people);
      left -= share;
      return share;
    });
    expect(paid).toEqual([3_334, 3_333, 3_333]);
    expect(left).toBe(0);
  });

  it("are the whole for whoever pays alone", () => {
    expect([shareOf(500, null), shareOf(500, 1), shareOf(500, 0)]).toEqual([500, 500, 500]);
  });
});
