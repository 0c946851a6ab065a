// Page tests against a running demo shop: `node e2e/run.mjs http://127.0.0.1:8080`. Ends with "N passed, N failed".
import { accessChecks } from "./access.mjs";
import { launch } from "./browser.mjs";
import { consoleChecks } from "./console.mjs";
import { installmentsChecks } from "./installments.mjs";
import { ladderChecks } from "./ladder.mjs";
import { peopleChecks } from "./people.mjs";
import { reconcileChecks } from "./reconcile.mjs";
import { Runner } from "./runner.mjs";
import { demoOf } from "./shop.mjs";
import { speedChecks } from "./speed.mjs";
import { splitChecks } from "./split.mjs";
import { tillChecks } from "./till.mjs";
import { tillsChecks } from "./tills.mjs";
import { webhooksChecks } from "./webhooks.mjs";

const base = (process.argv[2] ?? process.env.PAYDESK ?? "http://127.0.0.1:8080").replace(/\/+$/, "");
const only = process.argv[3];

const runner = new Runner();
const browser = await launch();
try {
  const demo = await demoOf(base);
  const suites = {
    till: tillChecks,
    split: splitChecks,
    installments: installmentsChecks,
    ladder: ladderChecks,
    console: consoleChecks,
    people: peopleChecks,
    tills: tillsChecks,
    reconcile: reconcileChecks,
    webhooks: webhooksChecks,
    access: accessChecks,
    speed: speedChecks,
  };
  for (const [name, checks] of Object.entries(suites)) {
    if (!only || only.split(",").includes(name)) await checks(runner, browser, base, demo);
  }
} catch (error) {
  await runner.check("the tests could run to their end", () => Promise.reject(error));
} finally {
  await browser.close();
}
runner.finish();
