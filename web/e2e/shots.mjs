// Pictures of every page, for people to look at: `node e2e/shots.mjs BASE DIRECTORY [sizes] [languages]`.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch, signIn, SIZES, visitor } from "./browser.mjs";
import { anyCode, caseOf, demoOf, Till } from "./shop.mjs";

const [base = "http://127.0.0.1:8080", directory = "shots", sizes, languages] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });

const browser = await launch();
const demo = await demoOf(base);
let count = 0;
for (const size of sizes?.split(",") ?? Object.keys(SIZES)) {
  for (const language of languages?.split(",") ?? ["zh", "en"]) {
    const shot = async (page, name) => {
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(directory, `${name}-${size}-${language}.png`) });
      count += 1;
    };
    await publicPages(shot, { size, language });
    await tillPages(shot, { size, language });
    await consolePages(shot, { size, language });
  }
}
await browser.close();
console.log(`${count} pictures in ${directory}`);

async function publicPages(shot, options) {
  const { page, close } = await visitor(browser, options);
  await page.goto(`${base}/`);
  await page.waitForSelector(".credentials");
  await shot(page, "home");
  await page.goto(`${base}/demo/codes`);
  await page.waitForSelector(".case");
  await shot(page, "demo-codes");
  await page.goto(`${base}/till/`);
  await page.waitForSelector(".sign-in-card");
  await shot(page, "sign-in");
  await close();
}

async function tillPages(shot, options) {
  const till = await Till.open(browser, base, demo.owner, options);
  const { page } = till;
  const play = async (name) => {
    const { amount, code } = caseOf(demo, name);
    await till.type(amount);
    await till.scan(code);
  };
  await shot(page, "till-entry");
  await till.type("12.50");
  await shot(page, "till-amount");
  await till.scan("991234567890123456");
  await shot(page, "till-unknown-code");
  await till.press("Escape");
  await till.press("Escape");
  const sold = await till.sell("12.50");
  await page.waitForTimeout(800);
  await shot(page, "till-paid");
  await page.getByRole("button", { name: options.language === "zh" ? "电子小票" : "E-receipt" }).click();
  await shot(page, "till-paid-receipt");
  await till.press("F8");
  await shot(page, "till-refund");
  await till.press("Escape");
  await page.waitForSelector("dialog", { state: "detached" });
  await till.next();
  await play("refused");
  await till.known("not_paid");
  await shot(page, "till-refused");
  await till.press("Enter");
  await page.waitForSelector(".entry");
  await shot(page, "till-amount-kept");
  await till.press("F2");
  await page.waitForSelector(".shown-qr");
  await shot(page, "till-qr");
  await till.press("Escape");
  await shot(page, "till-cancel");
  await till.press("Enter");
  await till.known("not_paid");
  await shot(page, "till-cancelled");
  await till.press("Escape");
  await till.press("Escape");
  await play("password");
  await till.known("waiting");
  await shot(page, "till-waiting");
  await till.press("F6");
  await shot(page, "till-set-aside");
  await till.press("F4");
  await page.waitForSelector(".sale");
  await shot(page, "till-today");
  await page.locator(".sale:has(.ink-paid)").first().click();
  await shot(page, "till-one-sale");
  await till.press("Escape");
  await till.press("Escape");
  await till.seat.context.setOffline(true);
  await till.type("6");
  await till.scan(anyCode());
  await page.waitForSelector(".banner-bad");
  await shot(page, "till-offline");
  await till.seat.context.setOffline(false);
  await till.known("paid", 30_000);
  if (sold.receipt_url) {
    await page.goto(new URL(sold.receipt_url, base).href);
    await page.waitForSelector(".slip-amount");
    await shot(page, "receipt");
  }
  await page.goto(`${base}/demo/printer`);
  await page.waitForSelector(".papers img, .papers-empty");
  await page.waitForTimeout(1000);
  await shot(page, "demo-printer");
  await till.close();
}

async function consolePages(shot, options) {
  const { page, close } = await visitor(browser, options);
  await signIn(page, base, "/console/", demo.owner);
  await page.waitForSelector(".figures");
  await page.waitForTimeout(1200);
  await shot(page, "console-today");
  await page.goto(`${base}/console/payments`);
  const row = page.locator("tr.row-link:has(.money-tag-paid), .pay-cards button:has(.money-tag-paid)").first();
  await row.waitFor();
  await shot(page, "console-payments");
  await row.click();
  await page.waitForSelector(".timeline .entry");
  await page.locator(".raw summary").first().click();
  await shot(page, "console-payment");
  await page.locator(".story-actions button").first().click();
  await page.waitForSelector(".refund-fields");
  await shot(page, "console-refund");
  await page.goto(`${base}/console/payments?q=no-such-number`);
  await page.waitForSelector(".ant-empty");
  await shot(page, "console-nothing-found");
  await page.goto(`${base}/console/day`);
  await page.waitForTimeout(1500);
  await shot(page, "console-day");
  await close();
}
