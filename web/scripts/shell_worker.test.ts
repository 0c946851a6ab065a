// The service worker's source: names its files, drops old caches, and keeps its hands off the API.
import { expect, it } from "vitest";
import { shellWorker } from "./shell_worker";

it("keeps exactly the till's page and the files it is given", () => {
  const source = shellWorker(["assets/till-1.js", "assets/till-1.css"]);
  expect(source).toContain('const FILES = ["/till/","/assets/till-1.js","/assets/till-1.css"];');
  expect(() => new Function(source)).not.toThrow();
  expect(source).not.toContain("/v1");
});

it("changes its cache's name with its files", () => {
  const name = (source: string) => /till-[0-9a-f]{12}/.exec(source)?.[0];
  expect(name(shellWorker(["a"]))).not.toBe(name(shellWorker(["b"])));
});
