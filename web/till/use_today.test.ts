// Today's list keeps its order and its newest versions, whoever brings the news.
import { expect, it, vi } from "vitest";
import type { Payment } from "../shared/api/types";
import { merge } from "./use_today";

vi.hoisted(() => Object.assign(globalThis, { location: { origin: "http://shop.test" } }));

const payment = (id: string, minute: number, version = 1) =>
  ({ id, version, created_at: `2026-11-23T10:0${minute}:00+08:00` }) as Payment;
const ids = (payments: readonly Payment[]) => payments.map(({ id, version }) => `${id}${version}`).join(" ");

it("sorts news by when the sale was, not by when the news came", () => {
  expect(ids(merge([payment("c", 3), payment("a", 1)], payment("b", 2)))).toBe("c1 b1 a1");
});

it("takes newer versions and leaves the list itself alone for older ones", () => {
  const known = [payment("a", 1, 5)];
  expect(ids(merge(known, payment("a", 1, 6)))).toBe("a6");
  expect(merge(known, payment("a", 1, 4))).toBe(known);
});
