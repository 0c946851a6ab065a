// The console's tills: a device is paired, a spare takes over, a lost one is shut out.
import { signIn, visitor } from "./browser.mjs";
import { equal, holds } from "./runner.mjs";
import { Till } from "./shop.mjs";

export async function tillsChecks(runner, browser, base, demo) {
  const seat = await visitor(browser, { size: "desktop" });
  const { page } = seat;
  const check = (name, run) => runner.check(`tills: ${name}`, run);
  await signIn(page, base, "/console/", demo.owner);
  await page.waitForSelector(".figures");
  const till = page.locator("section.card[aria-label]").last();
  const row = (name) => till.locator("tr", { hasText: name });
  const modal = page.locator(".ant-modal");

  /** A device that spends the code on the screen. */
  async function pair(name) {
    await till.locator(".card-head button").click();
    await page.waitForSelector(".pairing-code");
    const code = await page.locator(".pairing-code").innerText();
    holds((await page.locator(".pairing-command").innerText()).includes(code), "the command does not name the code");
    const answer = await fetch(`${base}/v1/pairing`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code, name, prints: false }),
    });
    equal(answer.status, 200, "the server's answer to the code");
    await page.locator(".pairing-done", { hasText: name }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".pairing").waitFor({ state: "detached" });
    return (await answer.json()).key;
  }

  /** Confirms the question by keyboard. */
  async function confirm() {
    await modal.locator(".ant-btn-color-primary:focus, .ant-btn-dangerous:focus, .ant-btn-primary:focus").waitFor();
    await page.keyboard.press("Enter");
    await modal.waitFor({ state: "detached" });
  }

  await check("without a device it is said how the till is used", async () => {
    await page.locator('nav a[href="/console/tills"]').click();
    await till.locator(".till-alone").waitFor();
  });

  await check("the first paired device is in use, the next is a spare", async () => {
    await pair("柜台电脑");
    await row("柜台电脑").locator(".let-in-yes").waitFor();
    await pair("备用平板");
    await row("备用平板").locator(".device-online").waitFor();
    equal(await till.locator(".let-in-yes").count(), 1, "devices in use");
  });

  await check("the spare is put to use, after a question that says what it does", async () => {
    await row("备用平板").locator(".device-acts button").first().click();
    holds((await modal.innerText()).includes("柜台电脑"), "the question does not name the other device");
    await confirm();
    await row("备用平板").locator(".let-in-yes").waitFor();
    equal(await till.locator(".let-in-yes").count(), 1, "devices in use");
  });

  await check("a disabled device is shut out at once", async () => {
    const key = await pair("丢了的手机");
    await row("丢了的手机").locator(".ant-btn-dangerous").click();
    await confirm();
    await row("丢了的手机").locator(".let-in-no").waitFor();
    const answer = await fetch(`${base}/v1/me`, { headers: { authorization: `Bearer ${key}` } });
    equal(answer.status, 401, "the server's answer to its key");
    equal(await row("丢了的手机").locator("button").count(), 0, "buttons of a disabled device");
  });

  await check("a cashier has no such page", async () => {
    const cashier = demo.credentials.find(({ role }) => role === "cashier");
    const other = await visitor(browser, { size: "desktop" });
    await signIn(other.page, base, "/console/tills", cashier);
    await other.page.waitForSelector(".ant-result");
    equal(await other.page.locator('nav a[href="/console/tills"]').count(), 0, "links to it");
    await other.close();
  });

  await check("no console errors", async () => equal(seat.complaints, [], "complaints"));
  await seat.close();
  await theDevice(runner, browser, base, demo);
}

/** What a till's own device says of itself, told in its place: its real self is tested with its process. */
async function theDevice(runner, browser, base, demo) {
  const till = await Till.open(browser, base, demo.owner);
  const { page } = till;
  const now = new Date().toISOString();
  const told = (part) => ({
    standing: "selling",
    till: { id: "1", name: "1号收银" },
    server: { reachable: true, since: now, why: null },
    taken_over: null,
    standby: null,
    journal: { unsent: 0, flaw: null },
    text: { zh: "", en: "" },
    ...part,
  });
  const away = { reachable: false, since: now, why: null };
  const standby = { current: "柜台电脑", seen_at: now, silent_s: 42, takes_over_after_s: null };
  let answer = told({});
  await page.route("**/v1/agent", (route) => route.fulfill({ json: answer }));
  const check = (name, part, run) =>
    runner.check(`the till's device: ${name}`, async () => {
      answer = told(part);
      await page.reload();
      await run();
    });

  await check("connected", {}, async () => {
    await page.waitForSelector(".entry");
    await page.locator(".chip-good", { hasText: "服务器" }).waitFor();
    equal(await page.locator(".agent-strip, .ladder").count(), 0, "warnings");
  });
  await check("blind: since when, what it means, cash in front", { server: away, journal: { unsent: 3, flaw: null } }, async () => {
    await page.locator(".agent-strip", { hasText: "3 条" }).waitFor();
    await page.waitForSelector(".ladder .button-primary");
  });
  const flaw = { zh: "流水第 7 条损坏", en: "Entry 7 of the journal is damaged" };
  await check("a damaged journal", { journal: { unsent: 0, flaw } }, async () => {
    await page.locator(".agent-strip", { hasText: flaw.zh }).waitFor();
    await page.waitForSelector(".entry");
  });
  await check("a spare takes over with one button", { standing: "standby", standby }, async () => {
    await page.locator(".agent-fact", { hasText: "42 秒" }).waitFor();
    await page.route("**/v1/agent/takeover", (route) => {
      answer = told({});
      return route.fulfill({ json: answer });
    });
    await page.locator(".agent-button").click();
    await page.waitForSelector(".entry, .outcome, .page-message .button-primary:not(.agent-button)");
  });
  await check("a spare without the server cannot", { standing: "standby", standby, server: away }, async () => {
    await page.waitForSelector(".agent-button");
    holds(await page.locator(".agent-button").isDisabled(), "the button is enabled");
  });
  await check("taken over: by whom, and that nothing is lost", { standing: "taken_over", taken_over: { by: "备用平板", at: now } }, async () => {
    await page.locator(".agent-fact", { hasText: "备用平板" }).waitFor();
    equal(await page.locator(".entry").count(), 0, "entries");
  });
  await check("refused by the server", { standing: "refused" }, async () => {
    await page.waitForSelector(".agent-stop");
  });
  await till.close();
}
