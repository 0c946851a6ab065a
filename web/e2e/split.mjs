// Bills that are paid in parts: by several people and methods, put down and taken up again, given back from the console.
import { signIn, visitor } from "./browser.mjs";
import { equal, holds } from "./runner.mjs";
import { anyCode, caseOf, Till } from "./shop.mjs";

export async function splitChecks(runner, browser, base, demo) {
  const till = await Till.open(browser, base, demo.owner);
  const { page } = till;
  const left = () => page.locator(".bill-left-amount").innerText().then((text) => text.replace(/[^\d.,]/g, ""));
  const said = (text) => page.waitForFunction((words) => document.querySelector(".bill-left-amount")?.textContent?.includes(words), text);
  let sale;

  await runner.check("two people pay half each, by wallet and in cash; the goods go when all is paid", async () => {
    await till.type("100");
    await till.press("/");
    await page.locator(".split-people .button").first().click();
    await page.waitForSelector(".bill-band");
    equal([await left(), await till.amount()], ["100.00", "50.00"], "left and the first share");
    await till.scan(anyCode());
    await till.known("paid");
    equal((await till.answers())[1].slice(0, 1), "✕", "hand over after the first half");
    const first = await till.newest();
    sale = first.part.sale;
    await page.waitForFunction(() => document.querySelector(".bill-line")?.textContent?.includes("50.00"));
    await till.next();
    await said("50.00");
    equal(await till.amount(), "50.00", "the second share");
    await till.press("F7");
    await page.waitForSelector(".cash-form");
    await till.press("Enter");
    await till.known("paid");
    await page.waitForFunction(() => document.querySelectorAll(".answers dd")[1]?.textContent?.trim().startsWith("✓"));
    const whole = await till.ask(`/v1/sales/${sale}`);
    equal([whole.state, whole.left.amount, whole.payments.length], ["settled", 0, 2], "the sale");
    await till.next();
    equal([await page.locator(".bill-band").count(), await till.amount()], [0, "0.00"], "the next customer");
  });

  await runner.check("after a refusal the same sale goes on, and more than is left is stopped", async () => {
    const { amount, code } = caseOf(demo, "refused");
    await till.type("300");
    await till.press("/");
    await page.locator(".split-free").click();
    await page.waitForSelector(".bill-band");
    await till.press("Escape");
    await till.type("300.01");
    await till.scan(anyCode());
    await page.waitForSelector(".amount-line.is-bad [role=alert]");
    await till.press("Escape");
    await till.type(amount);
    await till.scan(code);
    await till.known("not_paid");
    const refused = await till.newest();
    await till.press("Enter");
    await page.waitForSelector(".entry");
    equal(Number(await till.amount()), Number(amount), "kept amount");
    await till.scan(anyCode());
    await till.known("paid");
    const paid = await till.newest();
    equal([paid.part.sale, paid.part.number], [refused.part.sale, 2], "the same sale, the next part");
    sale = refused.part.sale;
  });

  await runner.check("a bill survives a reload, can be put down, and is found again", async () => {
    await till.next();
    await page.waitForSelector(".bill-band");
    const rest = await left();
    await page.reload();
    await page.waitForSelector(".bill-band");
    await page.locator(".bill-actions .button").last().click();
    await page.waitForFunction(() => !document.querySelector(".bill-band"));
    await till.press("/");
    await page.locator(".split-unpaid li .button").first().click();
    await said(rest);
    await till.press("F7");
    await page.waitForSelector(".cash-form");
    await till.press("Enter");
    await till.known("paid");
    equal((await till.ask(`/v1/sales/${sale}`)).state, "settled", "the sale");
    await till.next();
    return `${rest} were left`;
  });

  await runner.check("the console shows every part and gives the sale back as it came", async () => {
    const seat = await visitor(browser, { size: "desktop" });
    await signIn(seat.page, base, "/console/", demo.owner);
    await seat.page.waitForSelector(".figures");
    const before = await till.ask(`/v1/sales/${sale}`);
    await seat.page.goto(`${base}/console/payments/${before.payments.at(-1).id}`);
    await seat.page.waitForSelector(".sale-parts li");
    equal(await seat.page.locator(".sale-parts li").count(), before.payments.length, "parts");
    await seat.page.locator(".sale-section .ant-btn").click();
    await seat.page.waitForSelector(".ant-modal .notice-warn li");
    await seat.page.locator(".ant-modal-footer .ant-btn-dangerous").click();
    await seat.page.waitForFunction(() => !document.querySelector(".ant-modal .notice-warn li"));
    let whole;
    for (let times = 0; times < 300; times += 1) {
      whole = await till.ask(`/v1/sales/${sale}`);
      if (whole.state === "returned") break;
      await seat.page.waitForTimeout(200);
    }
    equal([whole.state, whole.returned.amount], ["returned", before.paid.amount], "given back");
    holds(seat.complaints.length === 0, seat.complaints.join("; "));
    await seat.close();
  });

  holds(till.seat.complaints.length === 0, till.seat.complaints.join("; "));
  await till.close();
}
