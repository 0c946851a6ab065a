// Sorting the endings of a call: only the server's own refusal is definite.
import { expect, it, vi } from "vitest";
import { failureOf, isSignedOut, settle } from "./client";

vi.hoisted(() => Object.assign(globalThis, { location: { origin: "http://shop.test" } }));

const problem = { status: 422, code: "amount_too_large", zh: "太大", en: "too large" };

it.each([
  ["a refusal with its sentences", 422, problem, "refused"],
  ["a 404 of a proxy, without our fields", 404, "<html>", "broken"],
  ["a 5xx, even in our own form", 503, problem, "broken"],
  ["no body at all", 502, undefined, "broken"],
  ["a problem without a Chinese sentence", 422, { code: "x", en: "y" }, "broken"],
])("%s", (_name, status, body, kind) => {
  expect(failureOf(status, body).kind).toBe(kind);
});

it("knows when signing in helps", () => {
  expect(isSignedOut(failureOf(401, problem))).toBe(true);
  expect(isSignedOut(failureOf(403, problem))).toBe(false);
});

it("turns a broken connection into an outcome", async () => {
  expect(await settle(Promise.reject(new TypeError("network")))).toEqual({ ok: false, failure: { kind: "unreachable" } });
});
