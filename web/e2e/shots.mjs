// Pictures of every page and state, for people to look at: `node e2e/shots.mjs BASE DIRECTORY [sizes] [languages] [pages]`,
// where pages are of public, till, sales, bills, console. Whatever a picture needs and does not find is named at the end.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch, signIn, SIZES, visitor } from "./browser.mjs";
import { anyCode, caseOf, demoOf, freshened, Till } from "./shop.mjs";

const [base = "http://127.0.0.1:8080", directory = "shots", sizes, languages, wanted] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });

/** So long a case may take until its picture is taken; one that waits for its deadline takes most of a minute. */
const CASE_MS = 75_000;

/** What leads to one payment, person or key. */
const rows = "a.row-name, .pay-cards a";

const browser = await launch();
const demo = await demoOf(base);
const missed = [];
let count = 0;
const rooms = { public: publicPages, till: tillPages, sales: salePages, bills: billPages, console: consolePages };
for (const size of sizes?.split(",") ?? Object.keys(SIZES)) {
  for (const language of languages?.split(",") ?? ["zh", "en"]) {
    const shot = async (page, name, { fullPage = false } = {}) => {
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(directory, `${name}-${size}-${language}.png`), fullPage });
      count += 1;
    };
    for (const room of wanted?.split(",") ?? Object.keys(rooms)) {
      await rooms[room](shot, { size, language }).catch((error) => missed.push(`${room} ${size} ${language}: ${error.message}`));
    }
  }
}
await browser.close();
console.log(`${count} pictures in ${directory}`);
for (const line of missed) console.log(`missed: ${line}`);
process.exitCode = missed.length > 0 ? 1 : 0;

async function publicPages(shot, options) {
  const { page, context, close } = await visitor(browser, options);
  const open = async (path, there) => {
    await page.goto(base + path);
    await page.waitForSelector(there);
  };
  await open("/", ".credentials");
  await shot(page, "home");
  await open("/demo/codes", ".case");
  await shot(page, "demo-codes");
  const shown = await Till.open(browser, base, demo.owner, { language: options.language });
  await shown.type("18.80");
  await shown.press("F2");
  await shown.page.waitForSelector(".shown-qr svg.qr");
  await page.locator(".shown-codes .case .pretend button").first().waitFor();
  await shot(page, "demo-codes-shown");
  await shown.close();
  await open("/demo/printer", ".papers img, .papers-empty, .notice");
  await shot(page, "demo-printer-signed-out");
  await open("/r/no-such-token", ".slip h1");
  await shot(page, "receipt-missing");
  await open("/till/", ".sign-in-card");
  await shot(page, "sign-in");
  await page.fill("input[name=login]", "owner");
  await page.fill("input[name=password]", "not-the-password");
  await page.press("input[name=password]", "Enter");
  await page.waitForSelector("[role=alert]");
  await shot(page, "sign-in-refused");
  await context.setOffline(true);
  await page.press("input[name=password]", "Enter");
  await page.waitForTimeout(500);
  await shot(page, "sign-in-offline");
  await close();
}

/** A bill paid in parts, from the dialog to the sale in the console. */
async function billPages(shot, options) {
  const till = await Till.open(browser, base, demo.owner, options);
  const { page } = till;
  await till.type("128");
  await till.press("/");
  await page.waitForSelector(".split-people");
  await page.fill(".split-form input", options.language === "zh" ? "5号桌" : "Table 5");
  await shot(page, "bill-split");
  await page.locator(".split-people .button").nth(1).click();
  await page.waitForSelector(".bill-band");
  await shot(page, "bill-first-share");
  await till.scan(anyCode());
  await till.known("paid");
  await page.waitForFunction(() => document.querySelector(".bill-line")?.textContent?.includes("85.33"));
  await shot(page, "bill-part-paid");
  await till.next();
  await page.waitForFunction(() => document.querySelectorAll(".bill-parts li").length === 1);
  await shot(page, "bill-second-share");
  await page.locator(".bill-actions .button").last().click();
  await till.press("/");
  await page.waitForSelector(".split-unpaid li");
  await shot(page, "bill-put-down");
  await page.locator(".split-unpaid li .button").first().click();
  await page.waitForSelector(".bill-band");
  await till.press("F7");
  await page.waitForSelector(".cash-form");
  await till.press("Enter");
  await till.known("paid");
  await page.waitForFunction(() => /85\.33|128\.00/.test(document.querySelector(".bill-line")?.textContent ?? ""));
  await shot(page, "bill-paid-in-full");
  const { id } = await till.newest();
  await page.goto(`${base}/console/payments/${id}`);
  await page.waitForSelector(".sale-parts li");
  await page.locator(".sale-section").scrollIntoViewIfNeeded();
  await shot(page, "bill-console");
  await page.locator(".sale-section .ant-btn").click();
  await page.waitForSelector(".ant-modal .notice-warn li");
  await shot(page, "bill-console-refund");
  await till.close();
}

async function tillPages(shot, options) {
  await atTheDoor(shot, options);
  const till = await Till.open(browser, base, demo.owner, options);
  const { page } = till;
  const play = async (name) => {
    await till.putAside();
    const { amount, code } = caseOf(demo, name);
    await till.type(amount);
    await till.scan(code);
  };
  await shot(page, "till-entry");
  await till.type("12.50");
  await shot(page, "till-amount");
  await till.scan("991234567890123456");
  await page.waitForSelector(".scan-note [role=alert]");
  await shot(page, "till-unknown-code");
  await till.putAside();
  await till.type("99999999");
  await till.press("Enter");
  await shot(page, "till-too-much");
  await till.putAside();
  await till.scan(anyCode());
  await page.waitForSelector(".pending-scan");
  await shot(page, "till-code-first");
  await till.putAside();

  const sold = await till.sell("1288.00");
  await page.waitForTimeout(800);
  await shot(page, "till-paid");
  await page.getByRole("button", { name: options.language === "zh" ? "电子小票" : "E-receipt" }).click();
  await shot(page, "till-paid-receipt");
  await till.press("F8");
  await page.waitForSelector("dialog[open] .refund-entry");
  await shot(page, "till-refund");
  await page.locator("dialog .refund-entry input").fill("8.00");
  await till.press("Enter");
  await page.waitForSelector(".refund-lines .refund-done");
  await shot(page, "till-refunded");

  await play("refused");
  await till.known("not_paid");
  await shot(page, "till-refused");
  await till.press("Enter");
  await page.waitForSelector(".entry");
  await shot(page, "till-amount-kept");
  await till.press("F2");
  await page.waitForSelector(".shown-qr svg.qr");
  await shot(page, "till-qr");
  await till.press("Escape");
  await page.waitForSelector("dialog[open]");
  await shot(page, "till-cancel");
  await till.press("Enter");
  await till.known("not_paid");
  await shot(page, "till-cancelled");
  await play("lost");
  await till.money("verifying");
  await shot(page, "till-verifying");
  await till.known("paid");
  await play("password");
  await till.known("waiting");
  await shot(page, "till-waiting");
  await till.press("F6");
  await page.waitForSelector(".parked-one");
  await shot(page, "till-set-aside");
  await till.press("F4");
  await page.waitForSelector(".sale");
  await shot(page, "till-today");
  await page.locator(".sale:has(.ink-paid)").first().click();
  await page.waitForSelector(".one-sale");
  await shot(page, "till-one-sale");
  await till.press("Escape");
  await till.press("Escape");
  await menu(page, options);
  await shot(page, "till-password");
  await till.press("Escape");
  await ladder(shot, till);
  await larger(shot, till, options);
  await till.seat.context.setOffline(true);
  await till.type("6");
  await till.scan(anyCode());
  await page.waitForSelector(".banner-bad");
  await shot(page, "till-offline");
  await till.seat.context.setOffline(false);
  await till.known("paid");
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

/** Every case of the test codes as a cashier sees it: how it ends, or what it waits for. */
async function salePages(shot, options) {
  const till = await Till.open(browser, base, demo.owner, options);
  const { page } = till;
  const cases = demo.codes.filter(({ provider }) => provider === demo.codes[0].provider);
  for (const [at, { code, en }] of cases.entries()) {
    const name = `sale-${String(at + 1).padStart(2, "0")}-${en.toLowerCase().replace(/[^a-z]+/g, "-").slice(0, 32)}`;
    await till.putAside();
    await till.type("12.50");
    await till.scan(freshened(code));
    await page.waitForSelector(".outcome .outcome-words");
    await shot(page, `${name}-at-first`);
    if (/cancel it/i.test(en)) await cancelled(till);
    await page.waitForSelector(".outcome-state:not(.is-busy)", { timeout: CASE_MS }).catch(() => {});
    await shot(page, name);
    if (/refund/i.test(en)) await refunded(shot, till, name);
    if (await page.locator(".found-card").count()) {
      await shot(page, `${name}-found`);
      await till.press("F1");
    }
  }
  await till.close();
}

async function cancelled(till) {
  await till.press("Escape");
  await till.page.waitForSelector("dialog[open] .button-danger:focus");
  await till.press("Enter");
  await till.page.locator("dialog[open]").waitFor({ state: "detached" });
}

async function refunded(shot, till, name) {
  await till.press("F8");
  await till.page.waitForSelector("dialog[open] .refund-entry");
  await till.press("Enter");
  await till.page.waitForSelector(".refund-lines li");
  await shot(till.page, `${name}-refund`);
}

/** Cash, the printed code, and what stands in front when a wallet or the server is down. */
async function ladder(shot, till) {
  const { page } = till;
  await till.putAside();
  await till.type("12.50");
  await till.press("F7");
  await page.waitForSelector("dialog[open] .cash-form");
  await page.keyboard.type("20");
  await shot(page, "till-cash");
  await till.press("Enter");
  await till.known("paid");
  await shot(page, "till-cash-paid");
  await till.next();
  await till.type("8.60");
  await till.press("F10");
  await page.waitForSelector("dialog[open] .choice");
  await till.press("Space");
  await shot(page, "till-printed-code");
  await till.press("Enter");
  await till.known("recorded");
  await shot(page, "till-recorded");
  await till.putAside();
  const { methods } = await till.ask(`/v1/till?till=${(await till.newest()).till.id}`);
  const minute = (ago) => new Date(Date.now() - ago * 60_000).toISOString();
  const gone = ({ channel }) => ({ channel, provider: "p", state: "no_connection", since: minute(2), checked_at: minute(0) });
  await page.route("**/v1/health", (route) => route.fulfill({ json: { status: "ok", providers: methods.map(gone) } }));
  await page.waitForSelector(".ladder");
  await shot(page, "till-wallets-down");
  await page.unroute("**/v1/health");
  await till.seat.context.setOffline(true);
  await till.type("7.80");
  await till.press("F7");
  await page.waitForSelector("dialog[open] .cash-form");
  await till.press("Enter");
  await till.money("recorded");
  await shot(page, "till-cash-kept");
  await till.press("Enter");
  await page.waitForSelector(".parked-one");
  await shot(page, "till-server-away");
  await till.seat.context.setOffline(false);
  await page.locator(".parked-one.tone-recorded").waitFor({ state: "detached" });
  const { amount, code } = caseOf(demo, "late", "28");
  await till.type(amount);
  await till.scan(code);
  await page.waitForSelector(".outcome.tone-waiting .outcome-words, .outcome.tone-verifying .outcome-words");
  await till.press("Escape");
  await page.waitForSelector("dialog[open] .button-danger:focus");
  await till.press("Enter");
  await page.waitForSelector(".found-card .button");
  await till.putAside();
  await shot(page, "till-found");
  await till.press("F1");
  await page.locator(".found-card").waitFor({ state: "detached" });
}

/** Before the counter: which till, and not allowed. */
async function atTheDoor(shot, options) {
  const support = demo.credentials.find(({ role }) => role === "support");
  for (const [account, name] of [[demo.owner, "till-choose"], [support, "till-no-permission"]]) {
    const { page, close } = await visitor(browser, options);
    await signIn(page, base, "/till/", account);
    await page.waitForSelector(".page-message h1");
    await shot(page, name);
    await close();
  }
}

/** Opens the own password, on a phone by the menu. */
async function menu(page, { size, language }) {
  const name = language === "zh" ? "修改我的密码" : "Change my password";
  if (size === "phone") await page.locator(".settings-more").click();
  const list = size === "phone" ? page.locator(".settings-list") : page.locator(".till-settings");
  await list.getByRole("button", { name }).click();
  await page.waitForSelector(".password-form");
}

/** The same counter in large type. */
async function larger(shot, till, { size }) {
  const { page } = till;
  await page.evaluate(() => document.documentElement.classList.add("large-type"));
  await till.putAside();
  await till.type("12.50");
  await shot(page, "till-large-type");
  if (size !== "phone") {
    await till.scan(anyCode());
    await till.known("paid");
    await shot(page, "till-large-type-paid");
  }
  await page.evaluate(() => document.documentElement.classList.remove("large-type"));
  await till.putAside();
}

async function consolePages(shot, options) {
  const { page, context, close } = await visitor(browser, options);
  const open = async (path, there) => {
    await page.goto(`${base}/console/${path}`);
    await page.waitForSelector(there);
  };
  await signIn(page, base, "/console/", demo.owner);
  await page.waitForSelector(".figures");
  await page.waitForTimeout(1200);
  await shot(page, "console-today", { fullPage: true });
  await open("payments", rows);
  await shot(page, "console-payments");
  for (const [state, name] of [["paid", "payment"], ["not_paid", "payment-not-paid"], ["returned", "payment-returned"]]) {
    await open(`payments?state=${state}`, `${rows}, .ant-empty`);
    if ((await page.locator(rows).count()) === 0) continue;
    await page.locator(rows).first().click();
    await page.waitForSelector(".timeline .entry");
    await shot(page, `console-${name}`);
  }
  await open("payments?state=paid", rows);
  await page.locator(rows).first().click();
  await page.waitForSelector(".timeline .entry");
  await page.locator(".raw summary").first().click();
  await page.locator(".timeline").scrollIntoViewIfNeeded();
  await page.locator(".timeline .entry").last().scrollIntoViewIfNeeded();
  await shot(page, "console-payment-evidence");
  await page.locator(".story-actions button").first().click();
  await page.waitForSelector(".refund-fields");
  await shot(page, "console-refund");
  await open("payments?q=no-such-number", ".ant-empty");
  await shot(page, "console-nothing-found");
  await open("payments/00000000-0000-7000-8000-000000000000", ".ant-drawer .ant-empty");
  await shot(page, "console-payment-missing");
  await open("day", ".chart figcaption p");
  await page.waitForTimeout(1500);
  await shot(page, "console-day");
  await open("day?date=2020-01-01", ".ant-empty");
  await shot(page, "console-day-empty");
  await people(shot, page, open);
  await tillsAndBills(shot, page, open);
  await routes(shot, page, open);
  await notices(shot, page, open);
  await open("", ".figures");
  await page.locator(".own-menu").click();
  await page.waitForSelector(".ant-dropdown-menu-item");
  await shot(page, "console-own-menu");
  await page.locator(".ant-dropdown-menu-item").first().click();
  await page.waitForSelector(".password-form");
  await shot(page, "console-own-password");
  await open("nowhere", ".ant-result");
  await shot(page, "console-not-found");
  await open("payments", rows);
  await context.setOffline(true);
  await page.waitForSelector(".live-lost");
  await page.locator('nav a[href="/console/day"]').click();
  await page.waitForTimeout(1500);
  await shot(page, "console-offline");
  await close();
  await consoleOfOthers(shot, options);
}

async function tillsAndBills(shot, page, open) {
  await open("payments?state=recorded", `${rows}, .ant-empty`);
  if ((await page.locator(rows).count()) > 0) {
    await page.locator(rows).first().click();
    await page.waitForSelector(".timeline .entry");
    await shot(page, "console-record");
    await page.locator(".story-actions button").first().click();
    await page.waitForSelector(".verdicts");
    await shot(page, "console-settle");
  }
  await open("tills", ".till-alone, .device-acts");
  await shot(page, "console-tills");
  await page.locator("section.card .card-head button").first().click();
  await page.waitForSelector(".pairing-code");
  await shot(page, "console-pairing");
  await open("reconcile", ".reconcile-sums");
  await shot(page, "console-reconcile", { fullPage: true });
  for (const row of await page.locator(".reconcile-days tr a").all()) {
    await row.click();
    if (await page.locator(".reconcile-day .ant-result-success").isVisible()) break;
  }
  await shot(page, "console-reconcile-agrees");
  await open("reconcile", ".reconcile-sums");
  await page.locator(".reconcile-day .ant-segmented-item").last().click();
  await page.locator(".reconcile-day .ant-table-row a").first().click();
  await page.locator(".reconcile-story ol li").first().waitFor();
  await shot(page, "console-difference");
}

/** Two payments of one sale, which somebody must look at. */
async function soldTwice(page) {
  const { tills } = await page.evaluate(async () => (await fetch("/v1/me")).json());
  const reference = `S-${Date.now()}`;
  for (const code of [anyCode(), anyCode()]) {
    const body = { amount: { amount: 2600, currency: "CNY" }, method: { payer_code: { code } }, reference, till: tills[0].id };
    const headers = { "content-type": "application/json", "idempotency-key": `shot-${code}` };
    const paid = await page.evaluate(
      async ([sent, named]) => (await fetch("/v1/payments?wait=10", { method: "POST", headers: named, body: JSON.stringify(sent) })).json(),
      [body, headers],
    );
    if (paid.money !== "paid") throw new Error(`a sale was not paid: ${JSON.stringify(paid)}`);
  }
}

/** Systems that are told: none, the form, a wrong address, the secret, and one that does not answer. */
async function routes(shot, page, open) {
  await open("routes", ".route-list");
  await shot(page, "console-channels", { fullPage: true });
  await page.locator(".route-acts .ant-btn").first().click();
  await page.locator(".route-spans").waitFor();
  await shot(page, "console-channels-order");
  await page.keyboard.press("Escape");
}

async function notices(shot, page, open) {
  await open("notices", ".webhook-how");
  await shot(page, "console-notices-empty");
  await soldTwice(page);
  await page.locator(".alarms li:not(.alarm-seen)").first().waitFor();
  await page.locator(".webhook-how summary").click();
  await shot(page, "console-notices", { fullPage: true });
  await open("", ".figures");
  await page.locator(".needs li").first().waitFor();
  await shot(page, "console-today-needs");
  await open("notices", ".webhook-how");
  await page.locator(".people-head .ant-btn-primary").click();
  await page.locator(".ant-modal input[type=url]").fill("ftp://shop.example.cn");
  await page.locator(".ant-modal-footer .ant-btn-primary").click();
  await page.waitForSelector(".ant-modal .notice-bad");
  await shot(page, "console-webhook-refused");
  await page.locator(".ant-modal input[type=url]").fill(`http://127.0.0.1:9/hook-${Date.now()}`);
  await page.locator(".ant-modal-footer .ant-btn-primary").click();
  await page.waitForSelector(".ant-modal .secret");
  await shot(page, "console-webhook-secret");
  await page.locator(".ant-modal:has(.secret) .ant-modal-footer button").click();
  await page.locator("a.row-name").last().click();
  await page.locator(".story-actions .ant-btn-primary").click();
  await page.locator(".webhook-message .state-bad").waitFor();
  await shot(page, "console-webhook");
  await page.locator(".story-actions .ant-btn-dangerous").click();
  await page.waitForSelector(".ant-modal-confirm");
  await shot(page, "console-webhook-remove");
  await page.locator(".ant-modal-confirm .ant-btn-dangerous").click();
  await page.locator(".story").waitFor({ state: "detached" });
}

async function people(shot, page, open) {
  await open("people", "a.row-name");
  await shot(page, "console-people");
  await page.locator(".people-head .ant-btn-primary").click();
  await page.waitForSelector(".roles");
  await shot(page, "console-people-add");
  await page.locator(".ant-modal-footer .ant-btn-primary").click();
  await page.waitForSelector(".ant-modal .notice-bad");
  await shot(page, "console-people-add-incomplete");
  const fields = page.locator(".ant-modal input:not([type=radio])");
  await fields.nth(0).fill(`xiaowang${String(Date.now()).slice(-6)}`);
  await fields.nth(1).fill("王小芳");
  await page.locator(".ant-modal-footer .ant-btn-primary").click();
  await page.waitForSelector(".ant-modal .secret");
  await shot(page, "console-people-password");
  await page.locator(".ant-modal:has(.secret) .ant-modal-footer button").click();
  await page.locator("tr.row-link", { hasText: "王小芳" }).last().locator("a").click();
  await page.locator(".story-actions .ant-btn-primary").click();
  await page.locator(".ant-modal input[value=manager]").check();
  await page.locator(".ant-modal-footer .ant-btn-primary").click();
  await page.locator(".ant-modal .roles").waitFor({ state: "detached" });
  await page.locator(".story .changes li").nth(1).waitFor();
  await shot(page, "console-person");
  await page.locator(".story-actions .ant-btn-dangerous").click();
  await page.waitForSelector(".ant-modal-confirm");
  await shot(page, "console-person-disable");
  await page.locator(".ant-modal-confirm .ant-btn-dangerous").click();
  await page.waitForSelector(".story .let-in-no");
  await shot(page, "console-person-disabled");
}

/** What those see who may not. */
async function consoleOfOthers(shot, options) {
  const cashier = demo.credentials.find(({ role }) => role === "cashier");
  const { page, close } = await visitor(browser, options);
  await signIn(page, base, "/console/people", cashier);
  await page.waitForSelector(".ant-result-403");
  await shot(page, "console-no-permission");
  await close();
}
