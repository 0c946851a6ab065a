// The console and the public pages, read as a shopkeeper, a support engineer and a customer would.
import { readFile } from "node:fs/promises";
import { signIn, visitor } from "./browser.mjs";
import { equal, holds } from "./runner.mjs";
import { Till } from "./shop.mjs";

export async function consoleChecks(runner, browser, base, demo) {
  const check = runner.check.bind(runner);
  const seat = await visitor(browser, { size: "desktop" });
  const { page } = seat;
  const till = await Till.open(browser, base, demo.owner);
  let sold;

  await check("today shows takings, success rate and the latest payments", async () => {
    await signIn(page, base, "/console/", demo.owner);
    await page.waitForSelector(".figures .figure-value");
    await page.waitForSelector(".live-list li");
    equal(await page.locator(".figure").count(), 4, "figures");
  });

  await check("a payment at the till slides in without a reload", async () => {
    sold = await till.sell("21.35");
    await page.waitForSelector(`.live-list a[href*="${sold.id}"] .money-tag-paid`);
  });

  await check("search finds it by order number, by provider's number and by amount", async () => {
    const terms = [sold.order_no, sold.provider_transaction, "21.35"].filter(Boolean);
    for (const term of terms) {
      await page.goto(`${base}/console/payments`);
      await page.waitForSelector("tr.row-link");
      await page.fill(".filter-search input", term);
      await page.press(".filter-search input", "Enter");
      await page.waitForURL(/q=/);
      await page.waitForFunction(
        (id) => [...document.querySelectorAll("tr.row-link")].some((row) => row.dataset.rowKey === id),
        sold.id,
      );
    }
    return `${terms.length} terms`;
  });

  await check("what is filtered is saved as a file that spreadsheets read", async () => {
    await page.goto(`${base}/console/payments?q=${sold.order_no}`);
    await page.waitForFunction(() => document.querySelectorAll("tr.row-link").length === 1);
    const saving = page.waitForEvent("download");
    await page.locator(".page-tools a").click();
    const file = await saving;
    holds(/\.csv$/.test(file.suggestedFilename()), `the file is called ${file.suggestedFilename()}`);
    const text = await readFile(await file.path(), "utf8");
    const lines = text.trimEnd().split("\r\n");
    holds(text.startsWith("\ufeff时间,状态,金额"), `it begins with ${lines[0]}`);
    equal(lines.length, 2, "lines");
    for (const part of ["收款成功", "21.35", sold.order_no]) holds(lines[1].includes(part), `${part} is missing: ${lines[1]}`);
    return file.suggestedFilename();
  });

  await check("the filter by state shows only that state", async () => {
    await page.goto(`${base}/console/payments?state=not_paid`);
    await page.waitForSelector("tr.row-link");
    const tags = await page.locator("tr.row-link .money-tag").evaluateAll((all) => all.map((tag) => tag.className));
    holds(tags.every((name) => name.includes("money-tag-not_paid")), `other states shown: ${tags}`);
  });

  await check("nothing found is said, with a hint", async () => {
    await page.goto(`${base}/console/payments?q=0.07-no-such-number`);
    await page.waitForSelector(".ant-empty .quiet");
  });

  await check("older pages follow the cursor without repeating a row", async () => {
    await page.goto(`${base}/console/payments`);
    await page.waitForSelector("tr.row-link");
    const ids = () => page.locator("tr.row-link").evaluateAll((rows) => rows.map((row) => row.dataset.rowKey));
    const first = await ids();
    const more = page.locator(".list-end button");
    if ((await more.count()) === 0) return `only ${first.length} payments, one page`;
    await more.click();
    await page.waitForFunction((count) => document.querySelectorAll("tr.row-link").length > count, first.length);
    const all = await ids();
    equal(new Set(all).size, all.length, "distinct rows");
    return `${first.length} rows, then ${all.length}`;
  });

  await check("a deep link opens one payment with its evidence in order and codes folded", async () => {
    await page.goto(`${base}/console/payments/${sold.id}`);
    await page.waitForSelector(".story .timeline .entry");
    const whos = await page.locator(".timeline .entry").evaluateAll((all) => all.map((entry) => entry.className));
    holds(/requested/.test(whos[0]), `the first entry is not the request: ${whos[0]}`);
    holds(whos.some((name) => /entry-provider/.test(name)), "the provider's answer is missing");
    equal(await page.locator(".raw[open]").count(), 0, "unfolded raw messages");
    return `${whos.length} entries`;
  });

  await check("a refund from the console reaches its end and the story tells it", async () => {
    await page.locator(".story-actions button").first().click();
    const dialog = page.locator(".ant-modal");
    await dialog.locator("input").first().fill("1.35");
    await dialog.locator(".ant-btn-dangerous").click();
    await page.waitForSelector(".story-refunds .refund-done");
    await page.waitForFunction(() => [...document.querySelectorAll(".entry")].some((e) => /refund/.test(e.className)));
    const payment = await till.ask(`/v1/payments/${sold.id}`);
    equal([payment.refunded.amount, payment.refunds.length], [135, 1], "refunded fen, refunds");
  });

  await check("a payment that does not exist is said to be missing", async () => {
    await page.goto(`${base}/console/payments/00000000-0000-7000-8000-000000000000`);
    await page.waitForSelector(".ant-drawer .ant-empty");
  });

  await check("the day chart answers its question and leads to the payments behind a bar", async () => {
    await page.goto(`${base}/console/day`);
    await page.waitForSelector(".chart figcaption p");
    await page.waitForSelector('.chart svg path[fill="#2b46c0"]');
    await page.waitForTimeout(600);
    holds((await page.locator(".chart-table tbody tr").count()) >= 8, "the table is short");
    const [x, y] = await page.evaluate(highestBar);
    await page.mouse.click(x, y);
    await page.waitForURL(/payments\?from=/);
    await page.waitForSelector("tr.row-link");
  });

  await check("no console errors in the console", async () => equal(seat.complaints, [], "complaints"));

  await check("a customer reads the e-receipt without signing in", async () => {
    const guest = await visitor(browser, { size: "phone" });
    holds(sold.receipt_url, "the payment has no receipt_url");
    await guest.page.goto(new URL(sold.receipt_url, base).href);
    await guest.page.waitForSelector(".slip-amount");
    holds((await guest.page.locator(".slip-amount").innerText()).includes("21.35"), "another amount is shown");
    equal(await guest.context.cookies(), [], "cookies set by the receipt page");
    await guest.page.goto(`${base}/r/no-such-token`);
    await guest.page.waitForSelector(".slip h1");
    equal(guest.complaints, [], "complaints");
    await guest.close();
  });

  await check("the demo's pages: accounts, cases to copy, papers from the printer", async () => {
    await page.goto(`${base}/`);
    await page.waitForSelector(".credentials code");
    await page.goto(`${base}/demo/codes`);
    await page.waitForSelector(".case");
    const copy = page.locator(".case button").first();
    if ((await copy.count()) > 0) {
      await copy.click();
      // Copying takes its time; what is copied in the end is a code.
      await page.waitForFunction(async () => /^\d{16,24}$/.test(await navigator.clipboard.readText()));
    }
    await page.goto(`${base}/demo/printer`);
    await page.waitForSelector(".papers img, .papers-empty");
    const papers = await page.locator(".papers img").count();
    equal(seat.complaints, [], "complaints");
    return `${await page.locator(".papers img").count() || papers} papers`;
  });

  await till.close();
  await seat.close();
}

/** Runs in the page: the middle of the tallest bar. */
function highestBar() {
  const boxes = [...document.querySelectorAll('.chart svg path[fill="#2b46c0"]')].map((bar) => bar.getBoundingClientRect());
  const tallest = boxes.sort((a, b) => b.height - a.height)[0];
  return [tallest.x + tallest.width / 2, tallest.y + tallest.height / 2];
}
