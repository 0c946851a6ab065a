// Paying in instalments: the plans are read before anything is charged, and the one chosen goes with the sale.
import { equal, holds } from "./runner.mjs";
import { anyCode, caseOf, Till } from "./shop.mjs";

export async function installmentsChecks(runner, browser, base, demo) {
  const till = await Till.open(browser, base, demo.owner);
  const { page } = till;
  const jdCode = () => caseOf(demo, "normal", "18").code;
  const offer = page.locator(".other-methods .button", { hasText: /分期|instalments/ });
  const planned = page.locator(".pending-scan");

  await runner.check("without an amount there is nothing to divide", async () => {
    equal(await offer.count(), 1, "wallets that lend");
    equal(await offer.isDisabled(), true, "the button");
  });

  await runner.check("the customer reads the plans and chooses; the sale keeps what was shown", async () => {
    await till.type("300");
    await offer.click();
    await page.waitForSelector(".plans .plan");
    const plans = await page.locator(".plans .plan").allInnerTexts();
    equal(plans.length, 4, "plans");
    holds(plans[2].includes("26.50") && plans[2].includes("18.00"), `instalment and fee are named: ${plans[2]}`);
    equal(await page.locator(".plans-form .button-primary").isDisabled(), true, "nothing is chosen for the customer");
    await page.locator(".plans .plan").nth(2).click();
    await page.locator(".plans-form .button-primary").click();
    await page.waitForFunction(() => document.querySelector(".pending-scan")?.textContent?.includes("26.50"));
    await till.scan(jdCode());
    await till.known("paid");
    const { installments, amount } = await till.newest();
    equal([installments.count, installments.total.amount, amount.amount], [12, 31_800, 30_000], "the plan and the amount");
    await till.next();
    equal(await planned.count(), 0, "the next customer's plan");
  });

  await runner.check("a plan is good for its amount and its wallet alone", async () => {
    await till.type("300");
    await offer.click();
    await page.locator(".plans .plan").first().click();
    await till.press("Enter");
    await page.waitForSelector(".pending-scan");
    await till.scan(anyCode());
    await till.known("paid");
    equal((await till.newest()).installments, null, "another wallet's sale");
    await till.next();
    await till.type("300");
    await offer.click();
    await page.locator(".plans .plan").first().click();
    await till.press("Enter");
    await page.waitForSelector(".pending-scan");
    await till.press("Escape");
    await page.waitForFunction(() => !document.querySelector(".pending-scan"));
    await till.putAside();
  });

  await runner.check("an amount that cannot be divided is said, and what else can be done", async () => {
    await till.type("20");
    await offer.click();
    await page.waitForSelector(".plans-form .notice-warn");
    equal(await page.locator(".plans-form .button-primary").isDisabled(), true, "nothing to choose");
    await till.press("Escape");
    await page.waitForFunction(() => !document.querySelector("dialog[open]"));
    equal(await till.amount(), "20", "the amount stays");
    await till.putAside();
  });

  await runner.check("a server that does not answer is asked again", async () => {
    await till.type("300");
    await page.route("**/v1/installments?*", (route) => route.abort());
    await offer.click();
    await page.waitForSelector(".plans-form .notice-bad");
    await page.unroute("**/v1/installments?*");
    await page.locator(".plans-form .button-primary").click();
    await page.waitForSelector(".plans .plan");
    await till.press("Escape");
    await till.putAside();
  });

  await till.close();
}
