import { expect, test } from "vitest";
import { fill, type Parameters } from "../shared/i18n/dictionary";
import type { Language } from "../shared/i18n/language";
import { said } from "./people_said";
import { peopleTexts } from "./people_texts";

const speak = (language: Language) => (key: keyof typeof peopleTexts, values?: Parameters) => fill(peopleTexts[key][language], values);

function check(action: string, detail: string, zh: string[], en: string[]) {
  expect(said({ action, detail }, speak("zh"))).toEqual(zh);
  expect(said({ action, detail }, speak("en"))).toEqual(en);
}

test("a change is told thing by thing, roles and no till in the page's words", () => {
  check("staff.changed", "role: cashier → manager", ["角色：收银员 → 店长"], ["Role: Cashier → Manager"]);
  check(
    "staff.changed",
    "name: 张 → 李\ntill:  → 1号收银",
    ["姓名：张 → 李", "收银台：任意收银台 → 1号收银"],
    ["Name: 张 → 李", "Till: Any till → 1号收银"],
  );
});

test("who was let in, and as what", () => {
  check("staff.created", "wang cashier", ["wang，收银员"], ["wang, Cashier"]);
  check("api_key.created", "门口 自助机 owner", ["门口 自助机，店主"], ["门口 自助机, Owner"]);
});

test("what was sent again, and to whom", () => {
  const told = (line: string) => `https://shop.example/hook\n${line}`;
  const url = "https://shop.example/hook";
  check("webhook.replayed", told("message 7: 1"), [url, "重发第 7 号消息"], [url, "Message 7 is sent again"]);
  check("webhook.replayed", told("parked: 12"), [url, "重发已放弃的 12 条消息"], [url, "12 messages that were given up are sent again"]);
  check(
    "webhook.replayed",
    told("since 2026-11-22T00:00:00+08:00: 40"),
    [url, "重发 2026-11-22 00:00 以来的 40 条消息"],
    [url, "40 messages since 2026-11-22 00:00 are sent again"],
  );
});

test("what has no words is shown as recorded, and nothing as nothing", () => {
  check("staff.changed", "shoes: red → blue", ["shoes: red → blue"], ["shoes: red → blue"]);
  check("staff.created", "wang", ["wang"], ["wang"]);
  check("staff.disabled", "", [], []);
});
