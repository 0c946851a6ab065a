// Copied test codes: new every time, for the same wallet and the same case.
import { expect, it } from "vitest";
import { freshened } from "./fresh_code";

it("keeps what names the wallet and the case and changes the rest", () => {
  const code = "130000000001707001";
  const copies = new Set(Array.from({ length: 50 }, () => freshened(code)));
  expect(copies.size).toBeGreaterThan(45);
  for (const copy of copies) expect(copy).toMatch(/^13\d{10}707001$/);
});
