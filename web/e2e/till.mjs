// The till, driven as a cashier would: by scanner, by keyboard, through refusals, reloads and broken networks.
import { equal, holds } from "./runner.mjs";
import { visitor } from "./browser.mjs";
import { anyCode, caseOf, Till } from "./shop.mjs";

export async function tillChecks(runner, browser, base, demo) {
  let till;
  /** Each check finds the till as a new customer would: whatever an earlier one left behind is put aside first. */
  const check = (name, run) =>
    runner.check(name, async () => {
      await till?.putAside();
      return run();
    });

  await check("a wrong password is refused in words, a right one opens the till", async () => {
    const { signIn } = await import("./browser.mjs");
    const seat = await visitor(browser);
    await signIn(seat.page, base, "/till/", { login: demo.owner.login, password: "not-the-password" });
    const words = await seat.page.waitForSelector("[role=alert]");
    holds(/[一-鿿]/.test(await words.innerText()), "no Chinese sentence about the refusal");
    await seat.close();
    till = await Till.open(browser, base, demo.owner);
  });
  if (!till) return;

  await check("a scanned code is paid, with all three answers", async () => {
    const { amount, code } = caseOf(demo, "normal");
    await till.type(amount);
    await till.scan(code);
    await till.known("paid");
    equal((await till.answers()).map((text) => text.slice(0, 1)), ["✓", "✓", "✕"], "money in, hand over, charge again");
  });

  await runner.check("Enter leads to the next customer with an empty amount", async () => {
    await till.next();
    equal(await till.amount(), "0.00", "amount");
  });

  await check("a whole sale by keyboard alone, the code typed by hand", async () => {
    await till.type("8.8");
    await till.press("Enter");
    await till.type(anyCode());
    await till.press("Enter");
    await till.known("paid");
    equal((await till.newest()).amount.amount, 880, "amount charged");
    await till.next();
  });

  await check("a code scanned before the amount waits for it", async () => {
    await till.scan(anyCode());
    await till.page.waitForSelector(".pending-scan");
    await till.type("3.30");
    await till.press("Enter");
    await till.known("paid");
    await till.next();
  });

  await check("what is not a payment code charges nothing and says why", async () => {
    const before = (await till.newest()).id;
    await till.type("5");
    for (const bad of ["6901234567892", "HTTP://SHOP.TEST/1", "134567", "991234567890123456"]) {
      await till.scan(bad);
      if (bad.length >= 8) await till.page.waitForSelector(".scan-note [role=alert]");
    }
    equal((await till.newest()).id, before, "newest payment");
    await till.press("Escape");
    await till.press("Escape");
  });

  await check("after a button was clicked, Enter still means the first button", async () => {
    await till.sell("1.10");
    const quiet = till.page.locator(".outcome-quiet .button");
    await quiet.first().click();
    await till.page.waitForSelector(".receipt-qr");
    await quiet.last().click();
    await till.page.waitForSelector(".facts");
    await till.next();
  });

  await check("an amount above the limit is stopped before it is sent", async () => {
    await till.press("Delete");
    await till.type("999999999");
    await till.scan(anyCode());
    await till.page.waitForSelector(".amount-line.is-bad [role=alert]");
    await till.press("Escape");
    equal(await till.amount(), "0.00", "amount");
  });

  await check("waiting for a password says until when, forbids a second charge, then ends paid", async () => {
    const { amount, code } = caseOf(demo, "password");
    await till.type(amount);
    await till.scan(code);
    await till.known("waiting");
    await till.page.waitForSelector(".countdown");
    equal((await till.answers()).slice(1).map((text) => text.slice(0, 1)), ["✕", "✕"], "hand over, charge again");
    await till.scan(anyCode());
    await till.page.waitForSelector(".toast");
    await till.known("paid");
    await till.next();
  });

  await check("after a refusal the amount is kept and another way is taken without retyping", async () => {
    const { amount, code } = caseOf(demo, "refused");
    await till.type(amount);
    await till.scan(code);
    await till.known("not_paid");
    equal((await till.answers())[2].slice(0, 1), "✓", "may charge again");
    await till.press("Enter");
    await till.page.waitForSelector(".entry");
    equal(Number(await till.amount()), Number(amount), "kept amount");
    await till.scan(anyCode());
    await till.known("paid");
    equal((await till.newest()).amount.amount, Math.round(Number(amount) * 100), "amount charged");
  });

  await check("the shown QR has a time limit and can be cancelled; the money is then not taken", async () => {
    await till.type("5.40");
    await till.press("F2");
    await till.page.waitForSelector(".shown-qr svg.qr");
    await till.page.waitForSelector(".countdown");
    await till.press("Escape");
    await till.page.waitForSelector("dialog[open] .button-danger:focus");
    await till.press("Enter");
    await till.known("not_paid");
    equal((await till.newest()).money, "not_paid", "the server's word");
  });

  await check("a pretended customer scans the shown QR, at the till and from the test codes page", async () => {
    await till.type("5.60");
    await till.press("F2");
    await till.page.locator(".pretend button").click();
    await till.known("paid");
    await till.next();
    await till.type("5.70");
    await till.press("F2");
    await till.page.waitForSelector(".shown-qr svg.qr");
    const { order_no: order } = await till.newest();
    const guest = await visitor(browser);
    await guest.page.goto(`${base}/demo/codes`);
    const shown = guest.page.locator(".shown-codes .case", { hasText: order.slice(-6) });
    await shown.locator(".pretend button").click();
    await till.known("paid");
    await shown.waitFor({ state: "detached" });
    equal(guest.complaints, [], "complaints");
    await guest.close();
    await till.next();
  });

  await check("a reload in the middle comes back to the same payment and charges once", async () => {
    const { amount, code } = caseOf(demo, "password");
    await till.type(amount);
    await till.scan(code);
    await till.known("waiting");
    const before = await till.newest();
    await till.page.reload();
    await till.page.waitForSelector(".outcome .outcome-words");
    equal((await till.newest()).id, before.id, "newest payment after the reload");
    holds(!JSON.stringify(await till.page.evaluate(() => ({ ...localStorage }))).includes(code), "the payer's code was stored");
    await till.known("paid");
    await till.next();
  });

  await check("a reload right after the scan finds the payment by its key", async () => {
    await till.type("6.60");
    await till.scan(anyCode());
    await till.page.reload();
    await till.known("paid");
    const { items } = await till.ask("/v1/payments?limit=5");
    equal(items.filter(({ amount }) => amount.amount === 660).length, 1, "payments of 6.60");
    await till.next();
  });

  await check("a scan while the network is down is sent once when it is back", async () => {
    await till.type("7.70");
    await till.seat.context.setOffline(true);
    await till.scan(anyCode());
    await till.money("verifying");
    await till.page.waitForSelector(".banner-bad");
    await till.seat.context.setOffline(false);
    await till.known("paid");
    const { items } = await till.ask("/v1/payments?limit=5");
    equal(items.filter(({ amount }) => amount.amount === 770).length, 1, "payments of 7.70");
    await till.page.waitForSelector(".banner, .banner-bad", { state: "detached" });
    await till.next();
  });

  await check("a refund says what it does, happens once, and is told to its end", async () => {
    await till.sell("9.90");
    await till.press("F8");
    await till.page.waitForSelector("dialog[open] .refund-entry input:focus");
    await till.page.keyboard.type("2.40");
    const meaning = await till.page.locator("dialog .notice-warn").innerText();
    holds(meaning.includes("2.40"), `the dialog does not name the amount: ${meaning}`);
    await till.press("Enter");
    await till.page.waitForSelector(".refund-lines li");
    await till.page.waitForSelector(".refund-lines .refund-done");
    const payment = await till.newest();
    equal([payment.refunded.amount, payment.refunds.length], [240, 1], "refunded fen, refunds");
    await till.next();
  });

  await check("more than what is left cannot be refunded", async () => {
    await till.sell("4.20");
    await till.press("F8");
    await till.page.waitForSelector("dialog[open] .refund-entry input:focus");
    await till.page.keyboard.type("4.21");
    holds(await till.page.locator("dialog .button-danger").isDisabled(), "the refund button is enabled");
    await till.press("Escape");
    await till.page.waitForSelector("dialog", { state: "detached" });
    await till.next();
  });

  await check("today's list by keyboard: open, walk, read, reprint, leave", async () => {
    await till.press("F4");
    await till.page.waitForSelector(".sale:focus");
    await till.press("ArrowDown");
    await till.press("ArrowUp");
    await till.press("Enter");
    await till.page.waitForSelector(".one-sale");
    const copies = (await till.newest()).printed?.copies ?? 0;
    await till.page.locator(".one-sale-actions button").first().click();
    await till.page.waitForSelector(".one-sale .notice[role=status]");
    await till.press("Escape");
    await till.page.waitForSelector(".sales");
    await till.press("Escape");
    await till.page.waitForSelector("dialog", { state: "detached" });
    return `copies before: ${copies}`;
  });

  await check("English and large type take effect at once and survive a reload", async () => {
    await till.page.getByLabel("Switch to English").click();
    await till.page.waitForSelector("text=Scan the customer's code");
    await till.page.getByLabel("Large type").click();
    await till.page.reload();
    await till.page.waitForSelector("html.large-type[lang=en] .entry");
    await till.page.getByLabel("Normal type").click();
    await till.page.getByLabel("切换到中文").click();
    await till.page.waitForSelector("html[lang=zh-CN]");
  });

  await check("the till opens from its own files when the server is away", async () => {
    await till.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await till.page.reload();
    await till.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await till.seat.context.setOffline(true);
    await till.page.reload();
    await till.page.waitForSelector(".page-message .button");
    await till.seat.context.setOffline(false);
    await till.page.waitForSelector(".entry");
  });

  await check("no console errors at the till", async () => {
    const real = till.seat.complaints.filter((line) => !/ERR_INTERNET_DISCONNECTED|net::ERR_/.test(line));
    equal(real, [], "complaints");
  });
  await till.close();
}
