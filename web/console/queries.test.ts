// Periods in the store's days, and the live list's order.
import { expect, it, vi } from "vitest";
import type { Payment } from "../shared/api/types";
import { attentionWith, boundsOf, latestWith } from "./queries";

vi.hoisted(() => Object.assign(globalThis, { location: { origin: "http://shop.test" } }));

const EVENING_UTC = Date.parse("2026-11-22T18:00:00Z");

it.each([
  ["today", "2026-11-23T00:00:00+08:00 .. "],
  ["yesterday", "2026-11-22T00:00:00+08:00 .. 2026-11-23T00:00:00+08:00"],
  ["week", "2026-11-17T00:00:00+08:00 .. "],
  ["month", "2026-10-25T00:00:00+08:00 .. "],
  ["all", " .. "],
  ["", " .. "],
])("the period %s is %s", (period, bounds) => {
  const { from = "", to = "" } = boundsOf({ period, from: "", to: "" }, EVENING_UTC);
  expect(`${from} .. ${to}`).toBe(bounds);
});

it("prefers given bounds to a period", () => {
  expect(boundsOf({ period: "today", from: "a", to: "b" }, EVENING_UTC)).toEqual({ from: "a", to: "b" });
});

const payment = (id: string, minute: number, version = 1) =>
  ({ id, version, created_at: `2026-11-23T10:${String(minute).padStart(2, "0")}:00+08:00` }) as Payment;
const ids = (payments: Payment[]) => payments.map(({ id, version }) => `${id}${version}`).join(" ");

it("puts new payments in front, newer versions in place, and ignores older ones", () => {
  const list = [payment("b", 2, 3), payment("a", 1)];
  expect(ids(latestWith(list, payment("c", 3)))).toBe("c1 b3 a1");
  expect(ids(latestWith(list, payment("a", 1, 2)))).toBe("b3 a2");
  expect(ids(latestWith(list, payment("b", 2, 2)))).toBe("b3 a1");
});

it("never grows beyond twelve", () => {
  const full = Array.from({ length: 12 }, (_, index) => payment(`p${index}`, 20 - index));
  expect(latestWith(full, payment("new", 30))).toHaveLength(12);
});

it("keeps what waits for a person until it is settled or seen", () => {
  const text = { zh: "", en: "" };
  const raised = { ...payment("a", 1), escalated: true };
  const found = { ...payment("b", 2), escalated: false, found: { how: "matched", text, seen_by: null } };
  expect(ids(attentionWith([raised], found))).toBe("b1 a1");
  expect(ids(attentionWith([found, raised], { ...raised, version: 2, escalated: false }))).toBe("b1");
  expect(ids(attentionWith([found, raised], { ...found, found: { ...found.found, seen_by: "wang" } }))).toBe("a1");
});
