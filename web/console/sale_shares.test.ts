import { expect, it } from "vitest";
import type { Payment } from "../shared/api/types";
import { sharesOf } from "./sale_shares";

const payment = (id: string, refundable: number) => ({ id, refundable: { amount: refundable, currency: "CNY" } }) as Payment;
const shares = (minor: number) =>
  sharesOf([payment("first", 6_000), payment("refused", 0), payment("last", 4_000)], minor).map((share) => [share.payment.id, share.minor]);

it("takes the newest first and never more than is left of one", () => {
  expect(shares(3_000)).toEqual([["last", 3_000]]);
  expect(shares(9_999)).toEqual([["last", 4_000], ["first", 5_999]]);
  expect(shares(10_000)).toEqual([["last", 4_000], ["first", 6_000]]);
});
