// The device's sentences: both languages, and the same places in each.
import { expect, test } from "vitest";
import { placesOf } from "../shared/i18n/dictionary";
import { agentTexts } from "./agent_texts";

test("every sentence exists in both languages with the same places", () => {
  for (const [name, text] of Object.entries(agentTexts)) {
    expect(text.zh, name).not.toBe("");
    expect(placesOf(text.en), name).toEqual(placesOf(text.zh));
  }
});
