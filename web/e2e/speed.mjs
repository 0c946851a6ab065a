// A bar on the till page: how much script it loads. How soon it can be used is measured, not tested: see figures.mjs.
import { gzipSync } from "node:zlib";
import { visitor } from "./browser.mjs";
import { holds } from "./runner.mjs";
import { Till } from "./shop.mjs";

const SCRIPT_GZIP_MAX = 200_000;

export async function speedChecks(runner, browser, base, demo) {
  await runner.check("the till's script is under 200 kB gzip in total", async () => {
    const seat = await visitor(browser);
    const scripts = new Map();
    seat.page.on("response", async (answer) => {
      if (/javascript/.test(answer.headers()["content-type"] ?? "")) scripts.set(answer.url(), await answer.body());
    });
    await new Till(seat, base).enter(demo.owner);
    await seat.page.waitForTimeout(1000);
    const total = [...scripts].filter(([url]) => !url.endsWith("sw.js")).reduce((sum, [, body]) => sum + gzipSync(body).length, 0);
    await seat.close();
    holds(total > 0 && total < SCRIPT_GZIP_MAX, `${total} bytes`);
    return `${(total / 1000).toFixed(1)} kB in ${scripts.size} files`;
  });
}
