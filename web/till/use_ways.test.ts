// A way is down when its last exchanges say so, and only for as long as they say anything about now.
import { expect, it, vi } from "vitest";
import type { Health, TillInfo } from "../shared/api/types";

vi.hoisted(() => Object.assign(globalThis, { location: { origin: "http://shop.test" } }));

const { downWays } = await import("./use_ways");

const NOW = Date.parse("2026-11-23T10:00:00Z");
const methods = [
  { channel: "c1", wallet: "one" },
  { channel: "c2", wallet: "two" },
  { channel: "c3", wallet: "two" },
].map((way) => ({ ...way, label: { zh: way.wallet, en: way.wallet }, payer_code: true, show_qr: true })) as TillInfo["methods"];

const seen = (channel: string, state: string, since: string, checked_at: string) =>
  ({ channel, state, since: `2026-11-23T${since}Z`, checked_at: `2026-11-23T${checked_at}Z` }) as Health["providers"][number];

const down = (...providers: Health["providers"]) => downWays(methods, providers, NOW).map(({ wallet }) => wallet);

it("is down when every channel of the wallet failed at least twice in a row", () => {
  expect(down(seen("c1", "no_connection", "09:58:00", "09:59:50"))).toEqual(["one"]);
  expect(down(seen("c2", "silent", "09:58:00", "09:59:50"), seen("c3", "failing", "09:58:00", "09:59:50"))).toEqual(["two"]);
  expect(down(seen("c2", "silent", "09:58:00", "09:59:50"), seen("c3", "answering", "09:58:00", "09:59:50"))).toEqual([]);
});

it("is not down after a single failure, when nothing was tried lately, or when nothing is known", () => {
  expect(down(seen("c1", "silent", "09:59:50", "09:59:50"))).toEqual([]);
  expect(down(seen("c1", "silent", "09:50:00", "09:54:00"))).toEqual([]);
  expect(down(seen("c1", "unknown", "09:58:00", "09:59:50"))).toEqual([]);
  expect(down()).toEqual([]);
});
