// Both languages are complete, say the same things, and no component speaks outside a dictionary.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { consoleTexts } from "../../console/texts";
import { publicTexts } from "../../public/texts";
import { decisionTexts } from "../../console/decision_texts";
import { noticesTexts } from "../../console/notices_texts";
import { peopleTexts } from "../../console/people_texts";
import { reconcileTexts } from "../../console/reconcile_texts";
import { tillsTexts } from "../../console/tills_texts";
import { agentTexts } from "../../till/agent_texts";
import { ladderTexts } from "../../till/ladder_texts";
import { tillTexts } from "../../till/texts";
import { fill, inWords, placesOf, type Dictionary } from "./dictionary";
import { sharedTexts } from "./shared_texts";

const DICTIONARIES: Record<string, Dictionary> = {
  sharedTexts,
  tillTexts,
  agentTexts,
  ladderTexts,
  consoleTexts,
  decisionTexts,
  noticesTexts,
  peopleTexts,
  reconcileTexts,
  tillsTexts,
  publicTexts,
};
const HAN = /[㐀-鿿]/;

describe.each(Object.entries(DICTIONARIES))("%s", (_name, entries) => {
  it.each(Object.entries(entries))("%s is whole in both languages", (key, { zh, en }) => {
    expect(zh.trim(), "Chinese").not.toBe("");
    expect(en.trim(), "English").not.toBe("");
    expect(placesOf(en), "places").toEqual(placesOf(zh));
    if (!key.startsWith("language.")) expect(en, "no Chinese in English").not.toMatch(HAN);
  });
});

it("fills places and leaves unknown ones visible", () => {
  expect(fill("最迟 {time} 有 {what}", { time: "14:00" })).toBe("最迟 14:00 有 {what}");
});

it("has no Chinese words in components", () => {
  const root = join(import.meta.dirname, "../..");
  const offenders: string[] = [];
  for (const folder of ["till", "console", "public", "shared"]) {
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".tsx")) continue;
      const code = readFileSync(join(root, folder, file), "utf8").replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
      const lines = code.split("\n").filter((line) => HAN.test(line) && !line.includes('language === "zh"'));
      offenders.push(...lines.map((line) => `${folder}/${file}: ${line.trim()}`));
    }
  }
  expect(offenders).toEqual([]);
});

it("writes yuan in English as the pages do", () => {
  const text = { zh: "收款 ￥12.50", en: "Paid ￥12.50, ￥1.00 back" };
  expect([inWords(text, "zh"), inWords(text, "en")]).toEqual(["收款 ￥12.50", "Paid ¥12.50, ¥1.00 back"]);
});
