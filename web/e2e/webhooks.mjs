// The console's notices: an own system is registered and hears of payments, its failures are named, and what it missed is
// sent again. The system at the other end is real, and checks signatures by itself.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { signIn, visitor } from "./browser.mjs";
import { equal, holds } from "./runner.mjs";
import { anyCode, Till } from "./shop.mjs";

/** A message's time may differ from the receiver's clock by so much, in seconds. */
const CLOCK_MAX = 300;

export async function webhooksChecks(runner, browser, base, demo) {
  const system = await System.start();
  try {
    await theConsole(runner, browser, base, demo, system);
  } finally {
    await system.stop();
  }
}

async function theConsole(runner, browser, base, demo, system) {
  const seat = await visitor(browser, { size: "desktop" });
  const till = await Till.open(browser, base, demo.owner);
  const { page } = seat;
  const check = (name, run) => runner.check(`webhooks: ${name}`, run);
  const modal = page.locator(".ant-modal");
  const story = page.locator(".ant-drawer .story");
  const messages = story.locator(".webhook-message");
  const submit = modal.locator(".ant-modal-footer .ant-btn-primary");
  await signIn(page, base, "/console/", demo.owner);
  await page.waitForSelector(".figures");
  await page.locator('nav a[href="/console/notices"]').click();

  await check("without a system it is said what they are for, and how one is connected", async () => {
    await page.locator(".card-list .ant-empty").waitFor();
    holds((await page.locator(".card-list .ant-empty").innerText()).includes("库存"), "the empty state names no use");
    await page.locator(".webhook-how summary").click();
    holds((await page.locator(".webhook-how").innerText()).includes("webhook-signature"), "it is not said what to check");
    await page.locator(".webhook-how summary").click();
  });

  await check("a wrong address is refused in words, and nothing is lost", async () => {
    await page.locator(".people-head .ant-btn-primary").click();
    await submit.click();
    await modal.locator(".notice-bad", { hasText: "请写网址" }).waitFor();
    await modal.locator("input[type=url]").fill("ftp://shop.example.cn/hook");
    await submit.click();
    await modal.locator(".notice-bad", { hasText: "https://" }).waitFor();
    equal(await modal.locator("input[type=url]").inputValue(), "ftp://shop.example.cn/hook", "the address in the form");
    await modal.locator("input[type=url]").fill("http://169.254.169.254/latest");
    await submit.click();
    await modal.locator(".notice-bad", { hasText: "内网" }).waitFor();
  });

  await check("it is registered by keyboard, and its secret is shown once", async () => {
    await modal.locator("input[type=url]").fill(system.url);
    await modal.locator("input[type=url]").press("Enter");
    await modal.locator(".secret").waitFor();
    system.secret = await modal.locator(".secret").innerText();
    holds(/^whsec_[A-Za-z0-9+/=]{32,}$/.test(system.secret), "the secret has another form");
    await page.locator(".ant-modal:has(.secret) .ant-modal-footer button").click();
    await modal.locator(".secret").waitFor({ state: "detached" });
    await page.locator("tr", { hasText: system.url }).locator("a.row-name").click();
    await story.waitFor();
    holds(!(await page.content()).includes(system.secret), "the secret is still on the page");
  });

  await check("a test message arrives, rightly signed", async () => {
    await story.locator(".story-actions .ant-btn-primary").click();
    await system.next(isTest);
    await messages.first().locator(".state-good").waitFor();
  });

  await check("a payment is told as the server knows it", async () => {
    const sold = await till.sell("18.60", anyCode());
    const { event } = await system.next(about(1860));
    equal([event.type, event.data.payment.id, event.data.payment.amount.amount], ["payment.paid", sold.id, 1860], "what was told");
    await messages.filter({ hasText: "收款成功" }).first().locator(".state-good").waitFor();
    await till.next();
  });

  await check("a system that fails is seen, with the reason and when it is tried again", async () => {
    system.refuse(about(640), 503);
    const missed = await till.sell("6.40", anyCode());
    const first = await system.next(about(640));
    equal(first.event.data.payment.id, missed.id, "the payment");
    const again = await system.next(about(640));
    equal(again.id, first.id, "the number of the second try");
    const one = messages.filter({ hasText: "收款成功" }).first();
    await one.locator(".state-good").waitFor();
    holds((await one.innerText()).includes("发了 2 次"), `it is not said how often it was sent: ${await one.innerText()}`);
    await till.next();
  });

  await check("a test that is not taken is given up at once, says why, and is sent again by one button", async () => {
    system.refuse(isTest, 404);
    await story.locator(".story-actions .ant-btn-primary").click();
    const { id } = await system.next(isTest);
    const one = messages.first();
    await one.locator(".state-bad").waitFor();
    holds((await one.innerText()).includes("404"), `the reason: ${await one.innerText()}`);
    await story.locator(".webhook-messages .page-tools > button").click();
    equal((await system.next(isTest)).id, id, "the number of the message that was sent again");
    await one.locator(".state-good").waitFor();
  });

  await check("one delivered message is sent again", async () => {
    await messages.filter({ hasText: "收款成功" }).first().getByRole("button").click();
    await system.next(about(640));
  });

  await check("a new secret signs beside the old one for a day", async () => {
    await story.locator(".story-actions button", { hasText: "换密钥" }).click();
    await confirm();
    await modal.locator(".secret").waitFor();
    const before = system.secret;
    const fresh = await modal.locator(".secret").innerText();
    await page.locator(".ant-modal:has(.secret) .ant-modal-footer button").click();
    await modal.locator(".secret").waitFor({ state: "detached" });
    await story.locator(".story-actions .ant-btn-primary").click();
    const message = await system.next(isTest);
    holds(signedBy(before, message) && signedBy(fresh, message), "not both secrets sign");
    system.secret = fresh;
  });

  await check("paused it is told nothing, resumed it is told again", async () => {
    await story.locator(".story-actions button", { hasText: "暂停" }).click();
    await confirm();
    await story.locator(".state-noted").waitFor();
    await till.sell("7.10", anyCode());
    await till.next();
    holds(!system.hasHeard(about(710)), "it was told while it was paused");
    await story.locator(".story-actions button", { hasText: "恢复" }).click();
    await story.locator(".person-head .state-good").waitFor();
    await till.sell("7.20", anyCode());
    await system.next(about(720));
    await till.next();
  });

  await check("a system that says it is gone raises an alarm, seen on Today until somebody has seen it", async () => {
    system.refuse(about(550), 410);
    await till.sell("5.50", anyCode());
    await system.next(about(550));
    await till.next();
    await story.locator(".person-head .state-bad", { hasText: "不再接收" }).waitFor();
    await page.goto(`${base}/console/`);
    const card = page.locator(".needs li", { hasText: "410" });
    await card.waitFor();
    await card.getByRole("button", { name: "知道了" }).click();
    await card.waitFor({ state: "detached" });
    await page.locator('nav a[href="/console/notices"]').click();
    await page.locator(".alarm-seen", { hasText: system.url }).filter({ hasText: "看过" }).waitFor();
  });

  await check("it is removed after a question, with what was sent", async () => {
    await page.locator("tr", { hasText: system.url }).locator("a.row-name").click();
    await story.locator(".ant-btn-dangerous").click();
    await confirm();
    await story.waitFor({ state: "detached" });
    await page.locator("tr", { hasText: system.url }).waitFor({ state: "detached" });
  });

  await check("support sees the alarms and no systems, a cashier nothing", async () => {
    const cashier = demo.credentials.find(({ role }) => role === "cashier");
    const support = demo.credentials.find(({ role }) => role === "support");
    for (const [account, there, absent] of [[cashier, ".ant-result-403", ".alarms"], [support, ".alarms", ".webhook-how"]]) {
      const other = await visitor(browser, { size: "phone" });
      await signIn(other.page, base, "/console/notices", account);
      await other.page.waitForSelector(there);
      equal(await other.page.locator(absent).count(), 0, `${absent} for ${account.role}`);
      await other.close();
    }
  });

  await check("no console errors", async () => equal([...seat.complaints, ...till.seat.complaints], [], "complaints"));
  await till.close();
  await seat.close();

  async function confirm() {
    const question = page.locator(".ant-modal-confirm");
    await question.locator(".ant-btn-color-primary:focus, .ant-btn-dangerous:focus, .ant-btn-primary:focus").waitFor();
    await page.keyboard.press("Enter");
    await question.waitFor({ state: "detached" });
  }
}

/** Whether a message bears a signature of this secret, by the specification of Standard Webhooks. */
function signedBy(secret, { id, time, signatures, body }) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const wanted = createHmac("sha256", key).update(`${id}.${time}.${body}`).digest();
  return signatures.some((one) => {
    const [version, text = ""] = one.split(",");
    const given = Buffer.from(text, "base64");
    return version === "v1" && given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}

const isTest = (event) => event.type === "webhook.test";

/** Told of a payment of so many fen. */
const about = (fen) => (event) => event.data.payment?.amount.amount === fen;

/** A merchant's own system: believes only what is rightly signed, and refuses what it is asked to, once each. */
class System {
  secret = "";
  #refusals = [];
  #heard = [];
  #waiting = [];

  static async start() {
    const system = new System();
    system.server = createServer((request, response) => void system.#take(request, response));
    await new Promise((done) => system.server.listen(0, "127.0.0.1", done));
    system.url = `http://127.0.0.1:${system.server.address().port}/hook`;
    return system;
  }

  /** The next message that fits is answered so. */
  refuse(fits, status) {
    this.#refusals.push({ fits, status });
  }

  hasHeard(fits) {
    return this.#heard.some(({ event }) => fits(event));
  }

  /** The next message that fits, once it is there. */
  async next(fits) {
    const end = Date.now() + 60_000;
    for (;;) {
      const at = this.#heard.findIndex(({ event }) => fits(event));
      if (at >= 0) return this.#checked(this.#heard.splice(at, 1)[0]);
      if (Date.now() > end) throw new Error("no such message came");
      await new Promise((done) => {
        this.#waiting.push(done);
        setTimeout(done, 500);
      });
    }
  }

  #checked(message) {
    holds(signedBy(this.secret, message), `message ${message.id} is not signed with the secret`);
    holds(Math.abs(Date.now() / 1000 - Number(message.time)) < CLOCK_MAX, `message ${message.id} bears the time ${message.time}`);
    return message;
  }

  async #take(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const { headers } = request;
    const body = Buffer.concat(parts).toString("utf8");
    const event = JSON.parse(body);
    const at = this.#refusals.findIndex(({ fits }) => fits(event));
    const status = at >= 0 ? this.#refusals.splice(at, 1)[0].status : 204;
    this.#heard.push({
      id: headers["webhook-id"],
      time: headers["webhook-timestamp"],
      signatures: String(headers["webhook-signature"]).split(" "),
      body,
      event,
    });
    response.writeHead(status).end();
    for (const told of this.#waiting.splice(0)) told();
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(done));
  }
}
