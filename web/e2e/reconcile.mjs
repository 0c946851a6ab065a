// The console's Reconcile page, on the demo's bill of yesterday: one wallet's simulator spoils it, the other's is right.
import { signIn, visitor } from "./browser.mjs";
import { equal, holds } from "./runner.mjs";

export async function reconcileChecks(runner, browser, base, demo) {
  const seat = await visitor(browser, { size: "desktop" });
  const { page } = seat;
  const check = (name, run) => runner.check(`reconcile: ${name}`, run);
  const bill = page.locator(".reconcile-day");
  const rows = bill.locator(".ant-table-tbody tr.ant-table-row");
  const story = page.locator(".reconcile-story");
  await signIn(page, base, "/console/", demo.owner);
  await page.waitForSelector(".figures");

  /** Opens the day of the provider with this name. */
  async function day(provider) {
    await page.locator(".reconcile-days tr", { hasText: provider }).locator("a").first().click();
    await bill.locator("h2", { hasText: provider }).waitFor();
  }

  await check("the spoilt bill names what differs, as sentences with what to do", async () => {
    await page.locator('nav a[href="/console/reconcile"]').click();
    await day("微信支付");
    await bill.locator(".ant-segmented-item").last().click();
    await rows.first().waitFor();
    const said = await rows.allInnerTexts();
    holds(said.length >= 3, `${said.length} differences of a bill with four faults`);
    holds(said.every((row) => /￥/.test(row)), `a difference without its amount: ${said.join(" | ")}`);
    const torn = said.filter((row) => row.includes("需要人处理") && row.includes("正在"));
    equal(torn, [], "differences that need a person beside a sentence that somebody else is at work");
    await bill.locator("h2 .state-bad", { hasText: "处要人处理" }).waitFor();
    return `${said.length} differences`;
  });

  await check("the sound bill says that everything agrees", async () => {
    await day("支付宝");
    await bill.locator(".ant-result-success").waitFor();
    await bill.locator("h2 .state-good").waitFor();
  });

  await check("the account's movements are told, in and out, between its balances", async () => {
    const funds = bill.locator(".reconcile-funds dl > div");
    const said = await funds.allInnerTexts();
    holds(/期初余额\s+￥/.test(said[0]), `the first line: ${said[0]}`);
    holds(/收款入账\s+\+￥/.test(said[1]), `the first movement: ${said[1]}`);
    holds(/期末余额\s+￥/.test(said.at(-1)), `the last line: ${said.at(-1)}`);
    holds(said.some((line) => /手续费\s+-￥/.test(line)), `no fees among ${said.join(" | ")}`);
  });

  await check("a difference that a person must see to: story, note, settled with a reason", async () => {
    await day("微信支付");
    await bill.locator(".ant-segmented-item").first().click();
    const raised = rows.filter({ hasText: "需要人处理" });
    const before = await raised.count();
    holds(before > 0, "no difference needs a person");
    await raised.first().locator("a").click();
    await story.waitFor();
    const acts = story.locator("ol li");
    await acts.first().waitFor();
    const known = await acts.count();
    const settle = story.locator(".reconcile-acts .ant-btn-primary");
    holds(await settle.isDisabled(), "it can be settled without a reason");
    await story.locator("textarea").fill("店主去商户后台看过");
    await story.locator(".reconcile-acts button", { hasText: "加备注" }).click();
    await acts.nth(known).waitFor();
    holds((await acts.nth(known).innerText()).includes("店主去商户后台看过"), "the note is not in the story");
    await story.locator("textarea").fill("是另一家店的收款，已告知");
    await settle.click();
    await story.locator(".reconcile-acts").waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await story.waitFor({ state: "detached" });
    await page.waitForFunction((count) => [...document.querySelectorAll(".reconcile-day tr.ant-table-row")].filter((row) => row.innerText.includes("需要人处理")).length < count, before);
  });

  await check("the bill read again changes nothing", async () => {
    await bill.locator(".ant-segmented-item").last().click();
    const before = await rows.count();
    const readAt = async () => {
      const { days } = await page.evaluate(async () => (await fetch("/v1/reconcile/days")).json());
      const one = days.find(({ title }) => title.zh === "微信支付");
      return one.state === "running" ? null : one.updated_at;
    };
    const known = await readAt();
    const read = page.waitForResponse((answer) => answer.url().endsWith("/v1/reconcile/runs") && answer.request().method() === "POST");
    await page.locator(".page-tools button", { hasText: "微信支付" }).click();
    holds((await read).ok(), `the run was answered ${(await read).status()}`);
    for (let now = null; now === null || now === known; now = await readAt()) await page.waitForTimeout(200);
    await page.reload();
    await day("微信支付");
    await bill.locator(".ant-segmented-item").last().click();
    await rows.first().waitFor();
    equal(await rows.count(), before, "differences");
  });

  await check("a cashier is told that the page is not theirs", async () => {
    const cashier = demo.credentials.find(({ role }) => role === "cashier");
    const other = await visitor(browser, { size: "phone" });
    await signIn(other.page, base, "/console/reconcile", cashier);
    await other.page.waitForSelector(".ant-result-403");
    await other.close();
  });

  await check("no console errors", async () => equal(seat.complaints, [], "complaints"));
  await seat.close();
}
