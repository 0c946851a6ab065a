// The console's tills: a device is paired, a spare takes over, a lost one is shut out.
import { signIn, visitor } from "./browser.mjs";
import { equal, holds } from "./runner.mjs";

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
}
