// The wallet rules, applied to codes that are whole, short, long, foreign and not codes at all.
import { expect, it } from "vitest";
import type { WalletRule } from "../shared/api/types";
import { groupDigits, maskCode, recognize } from "./wallets";

const label = { zh: "", en: "" };
const RULES: WalletRule[] = [
  { wallet: "first", label, prefixes: ["10", "11", "12", "13", "14", "15"], lengths: [18, 18], wins: false, available: true },
  { wallet: "second", label, prefixes: ["25", "28", "30"], lengths: [16, 24], wins: false, available: true },
  { wallet: "closed", label, prefixes: ["62"], lengths: [19, 19], wins: false, available: false },
];

it.each([
  ["", "empty"],
  ["1", "typing ?"],
  ["13", "typing first"],
  ["134567890123456789", "complete first"],
  ["1345678901234567890", "wrong_length first"],
  ["281234567890123", "typing second"],
  ["2812345678901234", "complete second"],
  ["281234567890123456789012", "complete second"],
  ["2812345678901234567890123", "wrong_length second"],
  ["6212345678901234567", "unavailable closed"],
  ["991234567890123456", "unknown"],
  ["6901234567892", "unknown"],
  ["13456789012345678x", "not_digits"],
  ["https://pay.example/1", "not_digits"],
])("%s is %s", (code, verdict) => {
  const recognized = recognize(code, RULES);
  const wallet = "wallet" in recognized ? ` ${recognized.wallet?.wallet ?? "?"}` : "";
  expect(recognized.kind + wallet).toBe(verdict);
});

it("masks all but the outer two digits, and short input whole", () => {
  expect(maskCode("134567890123456771")).toBe("13••••••••••••••71");
  expect(maskCode("1345671")).toBe("•••••••");
});

it("groups digits by four", () => {
  expect(groupDigits("134567890123456771")).toBe("1345 6789 0123 4567 71");
});

it.each([
  ["6212345678901234567", "ambiguous city rail"],
  ["621234567890123456", "typing city"],
  ["6222345678901234567", "complete rail"],
  ["6399345678901234567", "complete city"],
  ["6499345678901234567", "complete city"],
  ["6599345678901234567", "ambiguous far off"],
])("where wallets share beginnings, %s is %s", (code, verdict) => {
  const rule = (wallet: string, prefixes: string[], available: boolean, wins = false): WalletRule => ({ wallet, label, prefixes, lengths: [19, 19], wins, available });
  const rules = [
    rule("city", ["62", "64"], true),
    rule("rail", ["62", "63", "64"], true),
    rule("city", ["63"], true, true),
    rule("far", ["62", "65"], false),
    rule("off", ["65"], false),
    rule("rail", ["622"], true),
    rule("city", ["64"], true, true),
  ];
  const recognized = recognize(code, rules);
  const wallets = "wallets" in recognized ? recognized.wallets : "wallet" in recognized && recognized.wallet ? [recognized.wallet] : [];
  expect([recognized.kind, ...wallets.map(({ wallet }) => wallet)].join(" ")).toBe(verdict);
});
