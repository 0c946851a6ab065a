// Hands and eyes for the page tests: what a cashier, a scanner and a shopkeeper do, in their words.
import { signIn, visitor } from "./browser.mjs";

/** What the demo shop offers: accounts, and codes or amounts that select a case. */
export async function demoOf(base) {
  const answer = await fetch(`${base}/v1/demo`);
  if (!answer.ok) throw new Error(`${base}/v1/demo answered ${answer.status}: these tests need a demo shop`);
  const demo = await answer.json();
  const owner = demo.credentials.find(({ role }) => role === "owner") ?? demo.credentials[0];
  return { ...demo, owner };
}

const CASES = {
  normal: /paid at once/i,
  password: /types a password and has paid|password needed/i,
  refused: /too little money|insufficient/i,
  expired: /too old|expired/i,
  lost: /taken and the answer lost|answer lost after/i,
  late: /pays after it was undone/i,
};

let fresh = 0;

/** A code and an amount (in yuan) that play a case; the code begins so if it matters whose it is. */
export function caseOf(demo, name, begins = "") {
  const found = demo.codes.find(({ en, code, amount }) => CASES[name].test(en) && (code || amount) && (code ?? "").startsWith(begins));
  if (!found) throw new Error(`the demo lists no case for "${name}"`);
  return { code: found.code ? freshened(found.code) : anyCode(), amount: found.amount ?? "12.50" };
}

/** A code is good for one payment; its first two digits name the wallet and its last six the case, the rest is free. */
export function freshened(code) {
  const free = code.length - 8;
  return code.slice(0, 2) + `${Date.now()}${(fresh += 1)}`.padStart(free, "0").slice(-free) + code.slice(-6);
}

/** Another payer code that plays no special case. */
export function anyCode() {
  fresh += 1;
  return `13${String(Date.now()).slice(-10)}${String(fresh).padStart(6, "0")}`;
}

export class Till {
  static async open(browser, base, account, options) {
    const seat = await visitor(browser, options);
    const till = new Till(seat, base);
    await till.enter(account);
    return till;
  }

  /** Signs in and, where the account has several tills, stands at the first. */
  async enter(account) {
    await signIn(this.page, this.base, "/till/", account);
    await this.page.waitForSelector(".entry, .outcome, .page-message .button-primary");
    const choice = this.page.locator(".page-message .button-primary").first();
    if (await choice.isVisible()) await choice.click();
    await this.page.waitForSelector(".entry, .outcome");
  }

  constructor(seat, base) {
    this.seat = seat;
    this.page = seat.page;
    this.base = base;
  }

  /** A person at the keyboard. */
  async type(keys) {
    for (const key of keys) {
      await this.page.keyboard.press(key);
      await this.page.waitForTimeout(70);
    }
    await this.page.waitForTimeout(90);
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  /** A hardware scanner: a burst of keys, then Enter. All are sent at once, so that a busy machine keeps the pace. */
  async scan(code) {
    await Promise.all([...code, "Enter"].map((key) => this.page.keyboard.press(key)));
  }

  money(state) {
    return this.page.waitForSelector(`.outcome[data-money="${state}"]`);
  }

  /** Waits until the payment on the screen is one the server knows, in this state. */
  async known(state) {
    await this.money(state);
    await this.page.waitForSelector(".outcome-words");
  }

  amount() {
    return this.page.locator(".amount-value").innerText().then((text) => text.replace(/[^\d.,]/g, ""));
  }

  answers() {
    return this.page.locator(".answers dd").allInnerTexts().then((texts) => texts.map((text) => text.trim()));
  }

  /** Asks the server in the cashier's name. */
  ask(path, init) {
    return this.page.evaluate(async ([url, options]) => (await fetch(url, options)).json(), [path, init]);
  }

  async newest() {
    const { items } = await this.ask("/v1/payments?limit=1");
    return items[0];
  }

  /** Takes a payment from amount to "paid" and leaves it on the screen. */
  async sell(amount, code = anyCode()) {
    await this.type(amount);
    await this.scan(code);
    await this.known("paid");
    return this.newest();
  }

  /** Back to an empty entry, from wherever the last customer left the till. */
  async putAside() {
    await this.seat.context.setOffline(false);
    for (let step = 0; step < 6; step += 1) {
      await this.page.waitForSelector(".entry, .outcome");
      if (await this.page.locator("dialog[open]").count()) await this.press("Escape");
      else if (await this.page.locator(".entry").count()) break;
      else if (await this.page.locator(".is-busy").count()) await this.press("F6");
      else await this.press("Escape");
      await this.page.waitForTimeout(150);
    }
    for (let times = 0; times < 3; times += 1) await this.press("Escape");
  }

  async next() {
    await this.press("Enter");
    await this.page.waitForSelector(".entry");
  }

  close() {
    return this.seat.close();
  }
}
