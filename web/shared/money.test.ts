// Money in, money out: typed, shown and spoken, without a float anywhere.
import { describe, expect, it } from "vitest";
import { amountEntry, chineseNumber, formatAmount, likelyTendered, parseAmount, spokenAmount, typeAmountKey } from "./money";

const CNY = (amount: number) => ({ amount, currency: "CNY" });

it.each([
  [1250, [1250, 1500, 2000, 5000]],
  [330, [330, 500, 1000, 2000]],
  [10000, [10000]],
  [128800, [128800, 129000, 130000]],
])("for %d fen a customer likely hands over %j", (amount, notes) => {
  expect(likelyTendered(CNY(amount))).toEqual(notes);
});

describe("parseAmount", () => {
  it.each([
    ["12.5", 1250],
    ["12.50", 1250],
    ["12", 1200],
    [".5", 50],
    ["0.01", 1],
    ["1,234.56", 123456],
    ["0012.30", 1230],
    ["999999999.99", 99999999999],
    ["4.35", 435],
    ["1.1", 110],
  ])("%s is %d fen", (typed, minor) => {
    expect(parseAmount(typed)).toEqual({ ok: true, minor });
  });

  it.each([
    ["", "empty"],
    [".", "empty"],
    ["0", "not_positive"],
    ["0.00", "not_positive"],
    ["-5", "not_a_number"],
    ["1e3", "not_a_number"],
    ["1.2.3", "not_a_number"],
    ["12.505", "too_many_decimals"],
    ["1234567890", "too_many_digits"],
    ["十二", "not_a_number"],
  ])("%s is refused: %s", (typed, refusal) => {
    expect(parseAmount(typed)).toEqual({ ok: false, refusal });
  });

  it("knows currencies without minor units", () => {
    expect(parseAmount("500", "JPY")).toEqual({ ok: true, minor: 500 });
    expect(parseAmount("500.5", "JPY")).toEqual({ ok: false, refusal: "too_many_decimals" });
  });

  it("reads back whatever it would type", () => {
    for (let minor = 1; minor < 200_000; minor += 37) {
      expect(parseAmount(amountEntry(CNY(minor)))).toEqual({ ok: true, minor });
    }
  });
});

describe("typing on the pad", () => {
  it.each([
    ["1 2 . 5 0", "12.50"],
    [". 5", "0.5"],
    ["0 0 5", "5"],
    ["00", "0"],
    ["1 00", "100"],
    ["1 . . 5", "1.5"],
    ["1 . 2 3 4", "1.23"],
    ["1 . 2 00", "1.2"],
    ["1 2 Backspace", "1"],
    ["1 2 Clear", ""],
    ["x 1 Escape", "1"],
    ["9 9 9 9 9 9 9 9 9 9", "999999999"],
  ])("%s leaves %s", (keys, entry) => {
    expect(keys.split(" ").reduce((line, key) => typeAmountKey(line, key), "")).toBe(entry);
  });
});

describe("formatAmount", () => {
  it.each([
    [0, "￥0.00"],
    [5, "￥0.05"],
    [1250, "￥12.50"],
    [123456, "￥1,234.56"],
    [123456789012, "￥1,234,567,890.12"],
    [-1250, "-￥12.50"],
  ])("%d is %s", (amount, shown) => {
    expect(formatAmount(CNY(amount))).toBe(shown);
  });

  it("names other currencies", () => {
    expect(formatAmount({ amount: 1250, currency: "USD" })).toBe("USD 12.50");
    expect(formatAmount(CNY(1250), "en")).toBe("¥12.50");
  });
});

describe("spokenAmount", () => {
  it.each([
    [1250, "十二元五角"],
    [1200, "十二元"],
    [1205, "十二元零五分"],
    [5, "五分"],
    [50, "五角"],
    [1255, "十二元五角五分"],
    [10_000_00, "一万元"],
    [10_050_00, "一万零五十元"],
    [205_000_00, "二十万五千元"],
    [1_000_500_00, "一百万零五百元"],
    [100_000_000_00, "一亿元"],
    [110_00, "一百一十元"],
    [101_00, "一百零一元"],
  ])("%d fen is said %s", (amount, words) => {
    expect(spokenAmount(CNY(amount), "zh")).toBe(words);
  });

  it("is plain in English", () => {
    expect(spokenAmount(CNY(1250), "en")).toBe("12 yuan 50");
    expect(spokenAmount(CNY(1200), "en")).toBe("12 yuan");
  });

  it("has no zero at a group's end", () => {
    expect(chineseNumber(20_0000)).toBe("二十万");
  });
});
