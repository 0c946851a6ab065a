// Keys as text, verdicts as text: who pressed them, a person or a scanner?
import { describe, expect, it } from "vitest";
import { BURST_GAP_MS, characterOf, fromFullWidth, ScannerEar, wholeCode } from "./scanner";

/** `keys` pressed with these gaps in milliseconds, after a pause of `lead`; then silence. The verdicts in order. */
function hear(...strokes: [keys: string, gap: number, lead?: number][]): string {
  const ear = new ScannerEar();
  let now = 1000;
  const heard: string[] = [];
  const note = (list: ReturnType<ScannerEar["press"]>) =>
    list.forEach((one) => heard.push(one.kind === "typed" ? one.key : told(one.keys, one.typed)));
  const told = (keys: string, typed: number) => {
    const { code, retract } = wholeCode(keys, typed, (candidate) => /^(13\d{16}|28\d{14,22})$/.test(candidate));
    return `[${code}${retract ? ` -${retract}` : ""}]`;
  };
  for (const [keys, gap, lead = 300] of strokes) {
    for (const [index, char] of [...keys].entries()) {
      const key = char === "↵" ? "Enter" : char;
      now += index === 0 ? lead : gap;
      const settles = ear.settlesAt();
      if (settles !== null && settles < now) note(ear.settle(settles));
      note(ear.press(key, now));
    }
  }
  note(ear.settle(now + 1000));
  return heard.join(" ");
}

const CODE = "134567890123456789";

describe("scanner or person", () => {
  it.each([
    ["a person typing an amount", [["12.50", 120]], "1 2 . 5 0"],
    ["a person typing fast with both hands", [["12.50", 30]], "1 2 . 5 0"],
    ["a person's amount ended by Enter", [["1250↵", 90]], "1 2 5 0 Enter"],
    ["a wired scanner with Enter", [[`${CODE}↵`, 3]], `[${CODE}]`],
    ["a scanner that sends no Enter", [[CODE, 3]], `[${CODE}]`],
    ["a scan after a typed amount", [["12.5", 150], [`${CODE}↵`, 4]], `1 2 . 5 [${CODE}]`],
    ["a scan right on the heels of typing", [["12.5", 100], [`${CODE}↵`, 5, 60]], `1 2 . 5 [${CODE}]`],
    ["a slow wireless scanner", [[`${CODE}↵`, 80]], `${CODE.split("").join(" ")} [${CODE} -18]`],
    ["a slow scanner after a typed amount", [["8", 0], [`${CODE}↵`, 80]], `8 ${CODE.split("").join(" ")} [${CODE} -18]`],
    ["a wired scanner that stutters", [["1345", 3], ["67890123456789↵", 3, 60]], `1 3 4 5 [${CODE} -4]`],
    ["a wired scanner that stutters near its end", [["1345678901234", 3], ["56789↵", 3, 60]], `[${CODE}]`],
    ["a scanner whose first key comes early", [["12.50", 90], ["1", 0, 150], [`${CODE.slice(1)}↵`, 3, 40]], `1 2 . 5 0 1 [${CODE} -1]`],
    ["the same right behind typing", [["1250", 90], ["1", 0, 90], [`${CODE.slice(1)}↵`, 3, 40]], `1 2 5 0 1 [${CODE} -1]`],
    ["a slow scanner right behind typing", [["1250", 90], [`${CODE}↵`, 80, 90]], `1 2 5 0 ${CODE.split("").join(" ")} [${CODE} -18]`],
    ["two scans in a row", [[`${CODE}↵`, 3], ["281234567890123456↵", 3]], `[${CODE}] [281234567890123456]`],
    ["a product barcode", [["6901234567892↵", 3]], "[6901234567892]"],
    ["a web address", [["HTTPS://A.CN/X↵", 3]], "[HTTPS://A.CN/X]"],
    ["seven quick keys are still a person", [["1234567↵", 20]], "1 2 3 4 5 6 7 Enter"],
  ] as [string, [string, number, number?][], string][])("%s", (_name, strokes, verdict) => {
    expect(hear(...strokes)).toBe(verdict);
  });

  it("says when silence will settle what it holds", () => {
    const ear = new ScannerEar();
    expect(ear.settlesAt()).toBeNull();
    ear.press("1", 500);
    expect(ear.settlesAt()).toBe(500 + BURST_GAP_MS + 1);
    expect(ear.settle(500 + BURST_GAP_MS)).toEqual([]);
    expect(ear.settle(500 + BURST_GAP_MS + 1)).toEqual([{ kind: "typed", key: "1" }]);
  });
});

describe("characters behind key events", () => {
  it.each([
    [{ key: "5", code: "Digit5", isComposing: false }, "5"],
    [{ key: "Process", code: "Digit5", isComposing: false }, "5"],
    [{ key: "Process", code: "Numpad7", isComposing: true }, "7"],
    [{ key: "5", code: "Digit5", isComposing: true }, "5"],
    [{ key: "５", code: "Digit5", isComposing: false }, "5"],
    [{ key: "Enter", code: "NumpadEnter", isComposing: false }, "Enter"],
    [{ key: "Process", code: "Enter", isComposing: true }, "Enter"],
    [{ key: "Process", code: "KeyA", isComposing: true }, null],
    [{ key: "Shift", code: "ShiftLeft", isComposing: false }, null],
    [{ key: "Unidentified", code: "", isComposing: false }, null],
  ])("%o", (press, character) => {
    expect(characterOf(press)).toBe(character);
  });

  it("turns full-width digits into plain ones", () => {
    expect(fromFullWidth("１３４．５")).toBe("134.5");
  });
});
