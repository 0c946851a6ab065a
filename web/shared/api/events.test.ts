// The live stream over breaks: it goes on after the last event heard, and asks for the lists only when it cannot.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Payment } from "./types";
import { openEvents } from "./events";

/** A stream as browsers have it, driven by the test. */
class FakeSource extends EventTarget {
  static readonly CLOSED = 2;
  static opened: FakeSource[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(readonly url: string) {
    super();
    FakeSource.opened.push(this);
  }

  close() {
    this.readyState = FakeSource.CLOSED;
  }

  tell(type: string, data: unknown, lastEventId = "") {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data), lastEventId }));
  }

  /** The answer was an error status: the browser gives up. */
  fail() {
    this.readyState = FakeSource.CLOSED;
    this.onerror?.();
  }

  /** The line broke: the browser reconnects by itself. */
  stumble() {
    this.onerror?.();
  }
}

let links: string[];
let missed: number;
let payments: string[];
let close: () => void;
let page: EventTarget;
const newest = () => FakeSource.opened.at(-1) as FakeSource;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSource.opened = [];
  [links, payments, missed] = [[], [], 0];
  page = new EventTarget();
  vi.stubGlobal("EventSource", FakeSource);
  vi.stubGlobal("window", page);
  close = openEvents({
    link: (link) => links.push(link),
    payment: ({ id }: Payment) => payments.push(id),
    missed: () => (missed += 1),
  });
});

afterEach(() => {
  close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("begins without a past, and goes on after the last event when it has to be opened anew", () => {
  expect(newest().url).toBe("/v1/events");
  newest().tell("hello", { resumed: false }, "40");
  newest().tell("payment", { id: "p1" }, "41");
  newest().fail();
  vi.advanceTimersByTime(500);
  expect(newest().url).toBe("/v1/events?after=41");
  newest().tell("hello", { resumed: true }, "41");
  newest().tell("payment", { id: "p2" }, "42");
  expect({ payments, missed }).toEqual({ payments: ["p1", "p2"], missed: 0 });
});

it("resumes even when it broke before the first payment", () => {
  newest().tell("hello", { resumed: false }, "40");
  newest().fail();
  vi.advanceTimersByTime(500);
  expect(newest().url).toBe("/v1/events?after=40");
});

it("goes on after the last event when the device was offline", () => {
  newest().tell("payment", { id: "p1" }, "7");
  page.dispatchEvent(new Event("offline"));
  expect(links.at(-1)).toBe("lost");
  page.dispatchEvent(new Event("online"));
  expect(newest().url).toBe("/v1/events?after=7");
});

it("has the lists read again when the server could not resume, and takes up the server's new place", () => {
  newest().tell("payment", { id: "p1" }, "900");
  newest().fail();
  vi.advanceTimersByTime(500);
  newest().tell("hello", { resumed: false }, "3");
  expect(missed).toBe(1);
  newest().fail();
  vi.advanceTimersByTime(500);
  expect(newest().url).toBe("/v1/events?after=3");
});

it("leaves a break that the browser mends by itself to the browser", () => {
  newest().tell("hello", { resumed: false }, "5");
  newest().stumble();
  vi.advanceTimersByTime(60_000);
  expect(FakeSource.opened).toHaveLength(1);
  expect(links.at(-1)).toBe("lost");
  newest().tell("hello", { resumed: true }, "5");
  expect({ link: links.at(-1), missed }).toEqual({ link: "live", missed: 0 });
});

it("waits longer after each failure and opens nothing once it is closed", () => {
  for (const wait of [500, 1000, 2000, 4000, 4000]) {
    const before = FakeSource.opened.length;
    newest().fail();
    vi.advanceTimersByTime(wait - 1);
    expect(FakeSource.opened).toHaveLength(before);
    vi.advanceTimersByTime(1);
    expect(FakeSource.opened).toHaveLength(before + 1);
  }
  newest().fail();
  close();
  const count = FakeSource.opened.length;
  vi.advanceTimersByTime(60_000);
  expect(FakeSource.opened).toHaveLength(count);
});
