import { expect, it } from "vitest";
import { EVENTS, eventWord, progress, standing, TEST } from "./notices_said";
import { noticesTexts } from "./notices_texts";

it("marks a system by what a person should look at", () => {
  const mark = (disabled_at: string | null, disabled_because: string | null, parked: number, waiting: number) => {
    const { tone, text } = standing({ disabled_at, disabled_because, parked, waiting });
    return `${tone} ${text}`;
  };
  expect(mark(null, null, 0, 0)).toBe("good standing.good");
  expect(mark(null, null, 0, 3)).toBe("open standing.waiting");
  expect(mark(null, null, 2, 3)).toBe("bad standing.parked");
  expect(mark("2026-11-23T10:00:00+08:00", null, 2, 0)).toBe("noted standing.paused");
  expect(mark("2026-11-23T10:00:00+08:00", "410 Gone", 0, 0)).toBe("bad standing.gone");
});

it("tells what failed and comes again from what is about to be sent", () => {
  expect(progress({ state: "waiting", tries: 0 }).text).toBe("message.waiting");
  expect(progress({ state: "waiting", tries: 2 }).text).toBe("message.again");
  expect(progress({ state: "parked", tries: 70 }).tone).toBe("bad");
  expect(progress({ state: "delivered", tries: 1 }).tone).toBe("good");
});

it("has words for every event, and none for one it does not know", () => {
  for (const event of [...EVENTS, TEST]) expect(noticesTexts).toHaveProperty([eventWord(event) ?? "none"]);
  expect(eventWord("payment.dreamt")).toBeNull();
});
