// What survives a reload: keys, amounts, intents. What must not: payer codes.
import { beforeEach, expect, it } from "vitest";
import { Journal, newKey, referenceFor, type Attempt, type Store } from "./journal";

let kept: Map<string, string>;
let store: Store;

beforeEach(() => {
  kept = new Map();
  store = {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
  };
});

const attempt: Attempt = {
  key: "k1", reference: "1123-ABCDEF", till: "t", amount: 1250, currency: "CNY", method: "payer_code",
  wallet: "first", codeHint: "13••••71", createdAt: 5, paymentId: null,
};

it("gives attempts back to a journal opened later", () => {
  new Journal(store).add(attempt);
  new Journal(store).bind("k1", "p1");
  expect(new Journal(store).attempts()).toEqual([{ ...attempt, paymentId: "p1" }]);
  new Journal(store).drop("k1");
  expect(new Journal(store).attempts()).toEqual([]);
});

it("adds the same key once", () => {
  const journal = new Journal(store);
  journal.add(attempt);
  journal.add(attempt);
  expect(journal.attempts()).toHaveLength(1);
});

it.each(["not json", "{}", "[1, null, {\"key\": 3}]"])("starts empty from a damaged store: %s", (damage) => {
  kept.set("paydesk.till.attempts", damage);
  expect(new Journal(store).attempts()).toEqual([]);
});

it("keeps a typed amount, but nothing that is not one", () => {
  const journal = new Journal(store);
  journal.setEntry("12.5");
  expect(journal.entry()).toBe("12.5");
  kept.set("paydesk.till.entry", "<b>");
  expect(journal.entry()).toBe("");
});

it("repeats the same refund under the same key until it got a definite answer", () => {
  const first = new Journal(store).refundIntent("p1", 500, "CNY", newKey);
  const again = new Journal(store).refundIntent("p1", 500, "CNY", newKey);
  const other = new Journal(store).refundIntent("p1", 300, "CNY", newKey);
  expect(again.key).toBe(first.key);
  expect(other.key).not.toBe(first.key);
  new Journal(store).refundSettled(first.key);
  expect(new Journal(store).refundIntent("p1", 500, "CNY", newKey).key).not.toBe(first.key);
});

it("makes keys that are UUIDs and references that people can read out", () => {
  const key = newKey();
  expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(referenceFor(key, "2026-11-23")).toMatch(/^1123-[2-9A-HJ-NP-Z]{6}$/);
  expect(referenceFor(key, "2026-11-23")).toBe(referenceFor(key, "2026-11-23"));
});
