// Times in the store's zone, whatever zone the machine is in.
import { expect, it } from "vitest";
import { addDays, clock, clockWithSeconds, dateInWords, dayAndClock, minutesAndSeconds, secondsLeft, startOfDate, storeDate } from "./time";

it("shows the store's clock", () => {
  expect(clock("2026-11-23T14:31:09+08:00")).toBe("14:31");
  expect(clockWithSeconds("2026-11-23T06:32:10Z")).toBe("14:32:10");
  expect(clockWithSeconds("2026-11-22T16:00:00Z")).toBe("00:00:00");
});

it("knows which store day an instant belongs to", () => {
  expect(storeDate("2026-11-22T15:59:59Z")).toBe("2026-11-22");
  expect(storeDate("2026-11-22T16:00:00Z")).toBe("2026-11-23");
  expect(startOfDate("2026-11-23")).toBe("2026-11-23T00:00:00+08:00");
});

it("speaks both languages", () => {
  expect(dayAndClock("2026-11-23T14:31:09+08:00", "zh")).toBe("11月23日 14:31:09");
  expect(dayAndClock("2026-11-23T14:31:09+08:00", "en")).toBe("23 Nov 14:31:09");
  expect(dateInWords("2026-11-23", "zh")).toBe("11月23日星期一");
});

it("walks the calendar across months", () => {
  expect(addDays("2026-11-01", -1)).toBe("2026-10-31");
  expect(addDays("2026-02-28", 1)).toBe("2026-03-01");
});

it("counts down to zero and stays there", () => {
  const until = "2026-11-23T00:00:10Z";
  const at = Date.parse(until);
  expect(secondsLeft(until, at - 9_001)).toBe(10);
  expect(secondsLeft(until, at + 5_000)).toBe(0);
  expect(minutesAndSeconds(125)).toBe("2:05");
});
