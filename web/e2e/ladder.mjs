// The steps below the wallets, by keyboard and by finger: cash, the printed code, and money that is found later.
import { signIn, visitor } from "./browser.mjs";
import { equal, holds } from "./runner.mjs";
import { caseOf, Till } from "./shop.mjs";

/** Codes of the wallet that tells the server by itself when such a customer pays after all. */
const NOTIFIES = "28";

export async function ladderChecks(runner, browser, base, demo) {
  await atTheTill(runner, browser, base, demo);
  await inTheConsole(runner, browser, base, demo);
}

async function atTheTill(runner, browser, base, demo) {
  const till = await Till.open(browser, base, demo.owner);
  const { page } = till;
  const check = (name, run) =>
    runner.check(`ladder: ${name}`, async () => {
      await till.putAside();
      return run();
    });
  const dialog = page.locator("dialog[open]");

  await check("cash by keyboard: what was handed over, the change, paid", async () => {
    await till.type("12.50");
    await till.press("F7");
    await page.waitForSelector("dialog[open] .cash-form input:focus");
    await page.keyboard.type("10");
    await dialog.locator(".cash-change.is-bad").waitFor();
    holds(await dialog.locator("button[type=submit]").isDisabled(), "too little cash can be taken");
    await till.press("Backspace");
    await till.press("Backspace");
    await page.keyboard.type("20");
    holds((await dialog.locator(".cash-change").innerText()).includes("7.50"), "the change is not named");
    await till.press("Enter");
    await till.known("paid");
    holds((await page.locator(".change-due").innerText()).includes("7.50"), "the change is not shown with the result");
    const { method, cash, amount } = await till.newest();
    equal([method, amount.amount, cash.tendered.amount, cash.change.amount], ["cash", 1250, 2000, 750], "what was recorded");
    await till.next();
  });

  await check("cash by finger: the pad, a likely note, the exact amount", async () => {
    await till.type("33.30");
    await page.locator(".other-methods .button", { hasText: "现金" }).click();
    await dialog.locator(".pad-key", { hasText: "5" }).first().click();
    await dialog.locator(".cash-likely .button", { hasText: "50.00" }).click();
    holds((await dialog.locator(".cash-change").innerText()).includes("16.70"), "the change of a note");
    await dialog.locator(".cash-likely .button").first().click();
    await dialog.locator("button[type=submit]").click();
    await till.known("paid");
    equal((await till.newest()).cash.tendered.amount, 3330, "tendered");
  });

  await check("keys that come faster than the page draws are all heard, in order", async () => {
    await Promise.all(["1", "2", "F7"].map((key) => page.keyboard.press(key)));
    await page.waitForSelector("dialog[open] .cash-form input:focus");
    holds((await dialog.locator(".cash-due").innerText()).includes("12.00"), "a digit is missing from the amount");
    await till.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  await check("after a refusal the same amount is taken in cash with two keys", async () => {
    const { amount, code } = caseOf(demo, "refused");
    await till.type(amount);
    await till.scan(code);
    await till.known("not_paid");
    await till.press("F7");
    await page.waitForSelector("dialog[open] .cash-form input:focus");
    await till.press("Enter");
    await till.known("paid");
    const newest = await till.newest();
    equal([newest.method, newest.amount.amount], ["cash", Math.round(Number(amount) * 100)], "method and amount");
  });

  await check("a customer gets cash back, and is told so", async () => {
    await till.type("6.60");
    await till.press("F7");
    await page.waitForSelector("dialog[open] .cash-form input:focus");
    await till.press("Enter");
    await till.known("paid");
    await till.press("F8");
    await page.waitForSelector("dialog[open] .refund-entry input:focus");
    holds((await dialog.locator(".notice-warn").innerText()).includes("钱箱"), "the dialog does not speak of cash");
    await till.press("Enter");
    await till.known("returned");
    equal((await till.newest()).refunds[0].in_cash, true, "given back in cash");
  });

  await check("the printed code by keyboard: recorded, said to be unverified, taken back", async () => {
    await till.type("8.60");
    await till.press("F10");
    await page.waitForSelector("dialog[open] .choice input:focus");
    holds(await dialog.locator("button[type=submit]").isDisabled(), "a record without its wallet");
    await till.press("Space");
    await till.press("Tab");
    await page.keyboard.type("4321");
    await till.press("Enter");
    await till.known("recorded");
    equal((await till.answers()).map((text) => text.slice(0, 1)), ["…", "✕", "✕"], "money in, hand over, charge again");
    const { method, record } = await till.newest();
    equal([method, record.digits, record.matched], ["shop_code", "4321", null], "what was recorded");
    holds(record.seen.includes("8.60"), `what was seen: ${record.seen}`);
    await page.locator(".outcome-quiet .button", { hasText: "撤回登记" }).click();
    await page.waitForSelector("dialog[open] .button-danger:focus");
    await till.press("Enter");
    await till.known("not_paid");
  });

  await check("today's totals name the methods, and keep records apart", async () => {
    await till.type("4.40");
    await till.press("F10");
    await page.waitForSelector("dialog[open] .choice input:focus");
    await till.press("Space");
    await till.press("Enter");
    await till.known("recorded");
    await till.press("Escape");
    await page.waitForSelector(".entry");
    await till.press("F4");
    await page.waitForSelector(".sale");
    const totals = page.locator(".totals");
    await totals.locator("div", { hasText: "现金" }).waitFor();
    await totals.locator(".totals-aside", { hasText: "未核实" }).waitFor();
  });

  await check("when a wallet is down, cash and the printed code stand in front", async () => {
    const { methods } = await till.ask(`/v1/till?till=${(await till.newest()).till.id}`);
    const minute = (ago) => new Date(Date.now() - ago * 60_000).toISOString();
    const gone = ({ channel }) => ({ channel, provider: "p", state: "no_connection", since: minute(2), checked_at: minute(0) });
    await page.route("**/v1/health", (route) => route.fulfill({ json: { status: "ok", providers: methods.map(gone) } }));
    await page.waitForSelector(".ladder .button-primary");
    equal(await page.locator(".ladder .button-primary").count(), 2, "steps in front");
    equal(await page.locator(".other-methods .button", { hasText: "现金" }).count(), 0, "cash a second time");
    await page.unroute("**/v1/health");
    await page.locator(".ladder").waitFor({ state: "detached" });
  });

  await check("without the server cash is kept at the till and handed in once", async () => {
    await till.seat.context.setOffline(true);
    await page.waitForSelector(".ladder");
    await till.type("7.80");
    await till.press("F7");
    await page.waitForSelector("dialog[open] .cash-form input:focus");
    await page.keyboard.type("10");
    await till.press("Enter");
    await till.money("recorded");
    equal((await till.answers()).map((text) => text.slice(0, 1)), ["✓", "✓", "✕"], "money in, hand over, charge again");
    await till.press("Enter");
    await page.waitForSelector(".entry");
    await page.waitForSelector(".parked-one");
    await till.seat.context.setOffline(false);
    await page.locator(".parked-one.tone-recorded").waitFor({ state: "detached" });
    await page.locator(".ladder").waitFor({ state: "detached" });
    const { items } = await till.ask("/v1/payments?limit=5");
    const ours = items.filter(({ amount }) => amount.amount === 780);
    equal(ours.map(({ method, cash }) => [method, cash.tendered.amount]), [["cash", 1000]], "payments of 7.80");
  });

  await check("money that came after giving up is announced and acknowledged with one key", async () => {
    const { amount, code } = caseOf(demo, "late", NOTIFIES);
    await till.type(amount);
    await till.scan(code);
    await page.waitForSelector(".outcome.tone-waiting .outcome-words, .outcome.tone-verifying .outcome-words");
    const { id } = await till.newest();
    await till.press("Escape");
    await page.waitForSelector("dialog[open] .button-danger:focus");
    await till.press("Enter");
    await page.waitForSelector(".found-card .button");
    await till.putAside();
    await page.reload();
    await page.waitForSelector(".found-card .button");
    await till.press("F1");
    await page.locator(".found-card").waitFor({ state: "detached" });
    const { found } = await till.ask(`/v1/payments/${id}`);
    equal([found.how, Boolean(found.seen_by)], ["too_late", true], "found, and seen");
    const { items } = await till.ask("/v1/attention");
    equal(items.filter((one) => one.id === id).length, 0, "still waits for a person");
  });

  await check("no console errors", async () => {
    equal(till.seat.complaints.filter((line) => !/net::ERR_/.test(line)), [], "complaints");
  });
  await till.close();
}

async function inTheConsole(runner, browser, base, demo) {
  const check = (name, run) => runner.check(`ladder in the console: ${name}`, run);
  const till = await Till.open(browser, base, demo.owner);
  const { page } = await visitor(browser, { size: "desktop" });
  await signIn(page, base, "/console/", demo.owner);
  await page.waitForSelector(".figures");

  await check("a record is decided by the owner, not without a reason", async () => {
    await till.type("15.90");
    await till.press("F10");
    await till.page.waitForSelector("dialog[open] .choice input:focus");
    await till.press("Space");
    await till.press("Enter");
    await till.known("recorded");
    const { id } = await till.newest();
    await page.goto(`${base}/console/payments/${id}`);
    await page.locator(".story-actions button", { hasText: "认定" }).click();
    const modal = page.locator(".ant-modal");
    holds(await modal.locator(".ant-btn-primary").isDisabled(), "a decision without a verdict");
    await modal.locator("input[type=radio]").first().check();
    await modal.locator(".ant-btn-primary").click();
    await modal.locator("[role=alert]").waitFor();
    await modal.locator("input[type=text]").fill("店主在商户后台看到了");
    await modal.locator("input[type=text]").press("Enter");
    await modal.waitFor({ state: "detached" });
    await page.waitForSelector(".story-banner.money-fill-paid");
    equal((await till.ask(`/v1/payments/${id}`)).money, "paid", "the server's word");
  });

  await check("money that was found is shown until the owner has seen it", async () => {
    await till.putAside();
    const { amount, code } = caseOf(demo, "late", NOTIFIES);
    await till.type(amount);
    await till.scan(code);
    await till.page.waitForSelector(".outcome.tone-waiting .outcome-words, .outcome.tone-verifying .outcome-words");
    const { id } = await till.newest();
    await till.press("Escape");
    await till.page.waitForSelector("dialog[open] .button-danger:focus");
    await till.press("Enter");
    await till.page.waitForSelector(".found-card");
    await page.goto(`${base}/console/`);
    const card = page.locator(".needs li", { has: page.locator(`a[href*="${id}"]`) });
    await card.waitFor();
    await page.goto(`${base}/console/payments/${id}`);
    await page.locator(".found-notice .ant-btn").click();
    await page.locator(".found-notice .ant-btn").waitFor({ state: "detached" });
    await till.page.locator(".found-card").waitFor({ state: "detached" });
  });
  await page.context().close();
  await till.close();
}
