// The desk against a server that loses, delays and refuses: what is kept, repeated, found and never sent twice.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Payment } from "../shared/api/types";
import { Journal, type Store } from "../shared/journal";
import { Desk } from "./desk";

vi.hoisted(() => Object.assign(globalThis, { location: { origin: "http://shop.test" } }));

const CODE = "134567890123456771";
const text = { zh: "零", en: "none" };

let kept: Map<string, string>;
let journal: Journal;
let calls: { method: string; url: URL; key: string | null; body: string }[];
let answer: (call: (typeof calls)[number]) => Promise<Response> | Response;
let desks: Desk[];

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-11-23T09:00:00Z") });
  kept = new Map();
  const store: Store = {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
  };
  journal = new Journal(store);
  calls = [];
  desks = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const call = {
      method: request.method,
      url: new URL(request.url),
      key: request.headers.get("Idempotency-Key"),
      body: await request.clone().text(),
    };
    calls.push(call);
    if (request.signal.aborted) throw new DOMException("aborted", "AbortError");
    return answer(call);
  });
});

afterEach(() => {
  desks.forEach((desk) => desk.close());
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The page, opened anew: whatever was open before is gone, as after a reload. */
function open(): Desk {
  desks.forEach((desk) => desk.close());
  const desk = new Desk(journal, { changed: () => {}, signedOut: () => {} });
  desks.push(desk);
  desk.resume();
  return desk;
}

function take(desk: Desk) {
  desk.take("t1", { amount: 1250, currency: "CNY" }, { payer_code: { code: CODE, wallet: "first" } });
}

function payment(part: Partial<Payment>): Payment {
  const explain = {
    headline: text, detail: text, awaiting: null, next_step: text, may_hand_over: false, may_charge_again: false,
    action: "wait", action_label: text,
  } as const;
  return { id: "p1", version: 1, money: "waiting", reference: null, refunds: [], explain, ...part } as Payment;
}

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
const refusal = (code: string, status = 422) => json({ status, code, zh: "不行", en: "no" }, status);
const never = () => new Promise<Response>(() => {});
const lost = () => Promise.reject(new TypeError("network"));
const posts = () => calls.filter(({ method, url }) => method === "POST" && url.pathname === "/v1/payments");
const only = (desk: Desk) => desk.snapshot().open[0];

it("writes the attempt down before anything is sent, and never the payer's code", () => {
  answer = never;
  take(open());
  expect(calls).toEqual([]);
  expect(journal.attempts()).toMatchObject([{ amount: 1250, paymentId: null, codeHint: "13••••••••••••••71" }]);
  expect([...kept.values()].join()).not.toContain(CODE);
});

it("takes two presses of one button for one sale", () => {
  answer = never;
  const desk = open();
  take(desk);
  take(desk);
  expect(desk.snapshot().open).toHaveLength(1);
});

it("repeats a lost request with the same key and content until it is answered", async () => {
  let round = 0;
  answer = ({ method }) => (method === "GET" ? never() : (round += 1) < 3 ? lost() : json(payment({}), 201));
  const desk = open();
  take(desk);
  await vi.advanceTimersByTimeAsync(100);
  expect(only(desk)?.delivery).toBe("repeating");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(only(desk)?.delivery).toBe("known");
  expect(posts()).toHaveLength(3);
  expect(new Set(posts().map(({ key, body }) => key + body)).size).toBe(1);
  expect(journal.attempts()[0]?.paymentId).toBe("p1");
});

it("treats a server's 503 as no answer, not as a refusal", async () => {
  let round = 0;
  answer = ({ method }) => (method === "GET" ? never() : (round += 1) < 2 ? json({}, 503) : json(payment({}), 201));
  const desk = open();
  take(desk);
  await vi.advanceTimersByTimeAsync(5000);
  expect(only(desk)?.delivery).toBe("known");
  expect(new Set(posts().map(({ key }) => key)).size).toBe(1);
});

it("drops a definitely refused request and keeps its amount for the next try", async () => {
  answer = () => refusal("wallet_has_no_channel");
  const desk = open();
  take(desk);
  await vi.advanceTimersByTimeAsync(100);
  expect(desk.snapshot().open).toEqual([]);
  expect(desk.snapshot().rejection).toMatchObject({ amount: { amount: 1250 }, code: "wallet_has_no_channel" });
  expect(journal.attempts()).toEqual([]);
});

const keyOf = ({ url }: (typeof calls)[number]) => /\/by-key\/(.+)$/.exec(url.pathname)?.[1];
const unknown = () => refusal("no_such_payment", 404);

it("after a reload asks for the sale by its key and sends nothing again", async () => {
  answer = never;
  take(open());
  await vi.advanceTimersByTimeAsync(10);
  const { key, reference } = journal.attempts()[0] ?? { key: "", reference: "" };
  answer = (call) => (keyOf(call) === key ? json(payment({ reference })) : never());
  const reloaded = open();
  await vi.advanceTimersByTimeAsync(10);
  expect(only(reloaded)).toMatchObject({ delivery: "known", payment: { id: "p1" } });
  expect(reloaded.snapshot().currentKey).toBe(key);
  expect(posts()).toHaveLength(1);
});

it("knows at once that a sale was not received when the page reloaded before it was sent", async () => {
  answer = never;
  take(open());
  await vi.advanceTimersByTimeAsync(10);
  answer = unknown;
  const reloaded = open();
  await vi.advanceTimersByTimeAsync(10);
  expect(only(reloaded)?.delivery).toBe("not_received");
  expect(posts()).toHaveLength(1);
});

it("says that a sale was not received only when the server has answered", async () => {
  answer = never;
  take(open());
  await vi.advanceTimersByTimeAsync(10);
  answer = lost;
  const reloaded = open();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(only(reloaded)?.delivery).toBe("finding");
  answer = () => json({}, 503);
  await vi.advanceTimersByTimeAsync(5000);
  expect(only(reloaded)?.delivery).toBe("finding");
  answer = unknown;
  await vi.advanceTimersByTimeAsync(2000);
  expect(only(reloaded)?.delivery).toBe("not_received");
  expect(posts()).toHaveLength(1);
});

/** A sale whose page was reloaded before anything arrived. */
async function unreceived(): Promise<{ desk: Desk; key: string }> {
  answer = never;
  take(open());
  await vi.advanceTimersByTimeAsync(10);
  answer = unknown;
  const desk = open();
  await vi.advanceTimersByTimeAsync(10);
  return { desk, key: journal.attempts()[0]?.key ?? "" };
}

const NEW_CODE = "139999999999999971";

function takeAgain(desk: Desk, key: string) {
  desk.dismiss(key);
  desk.take("t1", { amount: 1250, currency: "CNY" }, { payer_code: { code: NEW_CODE, wallet: "first" } }, key);
}

it("sends a sale that was not received once more as the same sale", async () => {
  const { desk, key } = await unreceived();
  const { reference } = journal.attempts()[0] ?? {};
  answer = ({ method }) => (method === "POST" ? json(payment({}), 201) : never());
  takeAgain(desk, key);
  await vi.advanceTimersByTimeAsync(100);
  expect(posts().map((call) => [call.key, (JSON.parse(call.body) as { reference: string }).reference])).toEqual([
    [key, reference],
    [key, reference],
  ]);
  expect(only(desk)).toMatchObject({ delivery: "known", attempt: { key } });
});

it("shows the first request when it arrives after all between asking and sending again", async () => {
  const { desk, key } = await unreceived();
  answer = (call) =>
    call.method === "POST"
      ? refusal("idempotency_key_reused_with_other_content", 409)
      : keyOf(call) === key
        ? json(payment({ money: "paid", version: 4 }))
        : never();
  takeAgain(desk, key);
  await vi.advanceTimersByTimeAsync(2000);
  expect(only(desk)).toMatchObject({ delivery: "known", payment: { money: "paid" } });
  expect(new Set(posts().map((call) => call.key))).toEqual(new Set([key]));
});

it("watches a sale that was dropped for as long as it could still arrive, and shows it if it does", async () => {
  const { desk, key } = await unreceived();
  desk.dismiss(key);
  expect(desk.snapshot()).toMatchObject({ currentKey: null, open: [{ delivery: "aside" }] });
  answer = (call) => (keyOf(call) === key ? json(payment({ money: "paid", version: 4 })) : never());
  await vi.advanceTimersByTimeAsync(2000);
  expect(only(desk)).toMatchObject({ delivery: "known", payment: { money: "paid" } });
});

it("forgets a dropped sale when it can no longer arrive, also over a reload", async () => {
  const { desk, key } = await unreceived();
  desk.dismiss(key);
  const reloaded = open();
  await vi.advanceTimersByTimeAsync(100);
  expect(only(reloaded)?.delivery).toBe("aside");
  await vi.advanceTimersByTimeAsync(40_000);
  expect(reloaded.snapshot().open).toEqual([]);
  expect(journal.attempts()).toEqual([]);
});

it("does not send again what was found in the meantime, but shows it", async () => {
  const { desk, key } = await unreceived();
  desk.dismiss(key);
  answer = (call) => (keyOf(call) === key ? json(payment({ money: "waiting", version: 2 })) : never());
  await vi.advanceTimersByTimeAsync(2000);
  desk.take("t1", { amount: 1250, currency: "CNY" }, { payer_code: { code: NEW_CODE, wallet: "first" } }, key);
  expect(desk.snapshot()).toMatchObject({ currentKey: key, open: [{ delivery: "known" }] });
  expect(posts()).toHaveLength(1);
});

it("stops repeating a code older than its life and looks for the sale instead", async () => {
  answer = lost;
  const desk = open();
  take(desk);
  await vi.advanceTimersByTimeAsync(60_000);
  const sent = posts().length;
  expect(only(desk)?.delivery).toBe("finding");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(posts()).toHaveLength(sent);
});

it("never lets an older version replace a newer one", async () => {
  answer = ({ method }) => (method === "POST" ? json(payment({ version: 1 }), 201) : never());
  const desk = open();
  take(desk);
  await vi.advanceTimersByTimeAsync(100);
  desk.learn(payment({ version: 5, money: "paid" }));
  desk.learn(payment({ version: 4, money: "waiting" }));
  expect(only(desk)?.payment?.money).toBe("paid");
});

it("parks an undecided sale instead of forgetting it, and puts an ended one aside", async () => {
  answer = ({ method }) => (method === "POST" ? json(payment({}), 201) : never());
  const desk = open();
  take(desk);
  await vi.advanceTimersByTimeAsync(100);
  const key = desk.snapshot().currentKey ?? "";
  desk.dismiss(key);
  expect(desk.snapshot()).toMatchObject({ currentKey: null, open: [{ delivery: "known" }] });
  desk.learn(payment({ version: 9, money: "paid" }));
  desk.dismiss(key);
  expect(desk.snapshot().open).toEqual([]);
  expect(journal.attempts()).toEqual([]);
});

const CASH = { cash: { tendered: 2000 } };
const CNY_1250 = { amount: 1250, currency: "CNY" };

it("hands cash in with the same key for as long as it takes, also over a reload", async () => {
  answer = lost;
  const desk = open();
  desk.take("t1", CNY_1250, CASH);
  desk.park();
  await vi.advanceTimersByTimeAsync(300_000);
  expect(only(desk)?.delivery).toBe("repeating");
  const reloaded = open();
  expect(only(reloaded)?.delivery).toBe("repeating");
  await vi.advanceTimersByTimeAsync(10_000);
  const cash = { method: "cash", money: "paid", version: 1 } as const;
  answer = ({ method }) => (method === "POST" ? json(payment(cash), 201) : never());
  await vi.advanceTimersByTimeAsync(10_000);
  expect(new Set(posts().map(({ key, body }) => key + body)).size).toBe(1);
  expect(JSON.parse(posts()[0]?.body ?? "{}")).toMatchObject({ method: { cash: { tendered: { amount: 2000 } } } });
  expect(reloaded.snapshot().open).toEqual([]);
  expect(journal.attempts()).toEqual([]);
});

it("keeps what a person vouched for over the end of a session", async () => {
  answer = () => refusal("not_signed_in", 401);
  open().take("t1", CNY_1250, { shop_code: { wallet: "first", seen: "paid 12.50", digits: "1234" } });
  await vi.advanceTimersByTimeAsync(100);
  expect(journal.attempts()).toMatchObject([{ method: "shop_code", seen: "paid 12.50", digits: "1234", paymentId: null }]);
});

it("shows why cash was refused that was handed in behind another sale, until somebody has read it", async () => {
  let round = 0;
  answer = () => ((round += 1) < 2 ? lost() : refusal("amount_too_large"));
  const desk = open();
  desk.take("t1", CNY_1250, CASH);
  desk.park();
  await vi.advanceTimersByTimeAsync(5000);
  expect(only(desk)).toMatchObject({ delivery: "refused", refusal: { zh: "不行" } });
  expect(desk.snapshot().rejection).toBeNull();
  desk.dismiss(only(desk)?.attempt.key ?? "");
  expect(desk.snapshot().open).toEqual([]);
});
