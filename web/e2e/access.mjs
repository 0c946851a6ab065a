// The pages for people who hear them, who use no mouse, or whose fingers are wide.
import axe from "axe-core";
import { signIn, visitor } from "./browser.mjs";
import { equal, holds } from "./runner.mjs";
import { anyCode, caseOf, Till } from "./shop.mjs";

/** Touch targets of the till, in CSS pixels. */
const TOUCH_MIN = 56;
const LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];

export async function accessChecks(runner, browser, base, demo) {
  await consoleByEar(runner, browser, base, demo);
  await consoleByKeyboard(runner, browser, base, demo);
  await till(runner, browser, base, demo);
  await publicByEar(runner, browser, base);
}

async function consoleByEar(runner, browser, base, demo) {
  for (const [size, language] of [["desktop", "zh"], ["phone", "en"]]) {
    const seat = await visitor(browser, { size, language });
    const { page } = seat;
    const check = (name, run) =>
      runner.check(`console by ear, ${size}: ${name}`, async () => {
        await run();
        return unhindered(page);
      });
    const row = page.locator("a.row-name, .pay-cards a").first();

    await check("signing in", async () => {
      await page.goto(`${base}/console/`);
      await page.waitForSelector(".sign-in-card");
    });
    await check("today", async () => {
      await signIn(page, base, "/console/", demo.owner);
      await page.waitForSelector(".live-list li");
      await page.waitForSelector(".chart svg");
    });
    await check("payments", async () => {
      await page.goto(`${base}/console/payments`);
      await row.waitFor();
    });
    await check("one payment, its evidence unfolded", async () => {
      await page.locator("tr.row-link:has(.money-tag-paid) a, .pay-cards a:has(.money-tag-paid)").first().click();
      await page.waitForSelector(".timeline .entry");
      await page.locator(".raw summary").first().click();
    });
    await check("a refund's question", async () => {
      await page.locator(".story-actions button").first().click();
      await page.waitForSelector(".refund-fields");
    });
    await check("nothing found", async () => {
      await page.goto(`${base}/console/payments?q=no-such-number`);
      await page.waitForSelector(".ant-empty");
    });
    await check("by day, the table unfolded", async () => {
      await page.goto(`${base}/console/day`);
      await page.locator(".chart-table summary").click();
    });
    await check("people", async () => {
      await page.goto(`${base}/console/people`);
      await row.waitFor();
    });
    await check("one person", async () => {
      await row.click();
      await page.waitForSelector(".story .changes li, .story .ant-empty");
    });
    await check("the form of a person", async () => {
      await page.locator(".story-actions .ant-btn-primary").click();
      await page.waitForSelector(".roles");
    });
    await check("tills", async () => {
      await page.goto(`${base}/console/tills`);
      await page.waitForSelector(".till-alone, .device-acts");
    });
    await check("a pairing code", async () => {
      await page.locator("section.card .card-head button").first().click();
      await page.waitForSelector(".pairing-code");
    });
    await check("reconcile", async () => {
      await page.goto(`${base}/console/reconcile`);
      await page.waitForSelector(".reconcile-sums");
    });
    await check("one difference", async () => {
      await page.locator(".reconcile-day .ant-segmented-item").last().click();
      await page.locator(".reconcile-day .ant-table-row a").first().click();
      await page.locator(".reconcile-story ol li").first().waitFor();
    });
    await check("notices, the way to connect unfolded", async () => {
      await page.goto(`${base}/console/notices`);
      await page.waitForSelector(".all-well, .alarms li");
      await page.locator(".webhook-how summary").click();
    });
    await check("the form of an address", async () => {
      await page.locator(".people-head .ant-btn-primary").click();
      await page.waitForSelector(".event-boxes");
    });
    await check("the own password", async () => {
      await page.goto(`${base}/console/`);
      await page.locator(".own-menu").click();
      await page.locator(".ant-dropdown-menu-item").first().click();
      await page.waitForSelector(".password-form");
    });
    await check("a page that does not exist", async () => {
      await page.goto(`${base}/console/nowhere`);
      await page.waitForSelector(".ant-result");
    });
    await seat.close();
  }
}

async function consoleByKeyboard(runner, browser, base, demo) {
  const seat = await visitor(browser, { size: "desktop" });
  const { page } = seat;
  const check = (name, run) => runner.check(`console by keyboard: ${name}`, run);
  const press = (key) => page.keyboard.press(key);

  await check("signing in, and past the head of the page in one step", async () => {
    await page.goto(`${base}/console/`);
    await page.waitForSelector("input[name=login]:focus");
    await page.keyboard.type(demo.owner.login);
    await press("Tab");
    await page.keyboard.type(demo.owner.password);
    await press("Enter");
    await page.waitForSelector(".figures");
    await tabTo(page, ".skip-link");
    await press("Enter");
    await page.waitForSelector("main:focus");
  });

  await check("a payment is reached, read and left, and the focus is back where it was", async () => {
    await page.reload();
    await page.waitForSelector(".live-list li");
    await tabTo(page, 'nav a[href="/console/payments"]');
    await press("Enter");
    await page.waitForSelector("tr.row-link");
    await tabTo(page, "a.row-name");
    await press("Enter");
    await page.waitForSelector(".timeline .entry");
    await tabTo(page, ".ant-drawer .story-actions *");
    await press("Escape");
    await page.locator(".ant-drawer .story").waitFor({ state: "detached" });
    await page.waitForSelector("a.row-name:focus");
    // Closed before it has quite opened, too.
    await press("Enter");
    await page.waitForSelector(".ant-drawer-open");
    await press("Escape");
    await page.locator(".ant-drawer .story").waitFor({ state: "detached" });
    await page.waitForSelector("a.row-name:focus");
  });

  await check("the search is typed and sent", async () => {
    await page.goto(`${base}/console/payments`);
    await page.waitForSelector("tr.row-link");
    await tabTo(page, ".filter-search input");
    await page.keyboard.type("no-such-number");
    await press("Enter");
    await page.waitForSelector(".ant-empty");
  });

  await check("a day before today", async () => {
    await page.goto(`${base}/console/day`);
    await page.waitForSelector(".page-tools button");
    await tabTo(page, ".page-tools button");
    await press("Enter");
    await page.waitForURL(/date=/);
    await tabTo(page, ".chart-table summary, .day-columns a");
  });

  await check("a person is opened, changed and left", async () => {
    await page.goto(`${base}/console/people`);
    await page.waitForSelector("tr.row-link");
    await tabTo(page, "tr:not(:has(.you)) a.row-name");
    await press("Enter");
    await tabTo(page, ".story-actions .ant-btn-primary");
    await press("Enter");
    await page.waitForSelector(".roles");
    await tabTo(page, ".ant-modal .ant-radio-input");
    await press("Escape");
    await page.locator(".roles").waitFor({ state: "detached" });
    await press("Escape");
    await page.locator(".story").waitFor({ state: "detached" });
  });

  await check("the own menu opens and closes", async () => {
    await page.goto(`${base}/console/`);
    await page.waitForSelector(".figures");
    await tabTo(page, ".own-menu");
    await press("Enter");
    await page.waitForSelector(".ant-dropdown-menu-item");
    await page.waitForSelector(".ant-dropdown-menu:focus-within");
    await press("Home");
    await press("Enter");
    await page.waitForSelector(".password-form input:focus");
    await press("Escape");
    await page.locator(".password-form").waitFor({ state: "detached" });
  });
  await seat.close();
}

async function till(runner, browser, base, demo) {
  for (const [size, language] of [["tablet", "zh"], ["phone", "en"]]) {
    const at = await Till.open(browser, base, demo.owner, { size, language });
    const { page } = at;
    const check = (name, run) =>
      runner.check(`till by ear and finger, ${size}: ${name}`, async () => {
        await run();
        await wideEnough(page);
        return unhindered(page);
      });
    const play = async (name) => {
      const { amount, code } = caseOf(demo, name);
      await at.type(amount);
      await at.scan(code);
    };
    await check("empty, then an amount", () => at.type("12.50"));
    await check("a code that is none", async () => {
      await at.scan("991234567890123456");
      await page.waitForSelector(".scan-note [role=alert]");
    });
    await check("paid", async () => {
      await at.putAside();
      await at.sell("12.50");
    });
    await check("a refund's question", async () => {
      await at.press("F8");
      await page.waitForSelector("dialog[open] .refund-entry");
    });
    await check("not paid", async () => {
      await at.putAside();
      await play("refused");
      await at.known("not_paid");
    });
    await check("a shown code", async () => {
      await at.putAside();
      await at.type("5.40");
      await at.press("F2");
      await page.waitForSelector(".shown-qr svg.qr");
    });
    await check("a cancellation's question", async () => {
      await at.press("Escape");
      await page.waitForSelector("dialog[open]");
    });
    await check("waiting, then set aside", async () => {
      await at.press("Enter");
      await at.known("not_paid");
      await at.putAside();
      await play("password");
      await at.known("waiting");
      await wideEnough(page);
      await at.press("F6");
      await page.waitForSelector(".parked-one");
    });
    await check("cash", async () => {
      await at.type("12.50");
      await at.press("F7");
      await page.waitForSelector("dialog[open] .cash-form input:focus");
      await page.keyboard.type("20");
    });
    await check("cash taken, with change", async () => {
      await at.press("Enter");
      await at.known("paid");
    });
    await check("plans for instalments", async () => {
      await at.putAside();
      await at.type("300");
      await page.locator(".other-methods .button", { hasText: /分期|instalments/ }).click();
      await page.waitForSelector("dialog[open] .plan");
    });
    await check("a plan that was chosen", async () => {
      await page.locator(".plan").first().click();
      await at.press("Enter");
      await page.waitForSelector(".pending-scan");
    });
    await check("the printed code", async () => {
      await at.putAside();
      await at.type("8.60");
      await at.press("F10");
      await page.waitForSelector("dialog[open] .choice");
    });
    await check("recorded, not verified", async () => {
      await at.press("Space");
      await at.press("Enter");
      await at.known("recorded");
    });
    await check("the question before a record is taken back", async () => {
      await page.locator(".outcome-quiet .button").nth(1).click();
      await page.waitForSelector("dialog[open] .button-danger:focus");
      await at.press("Enter");
      await at.known("not_paid");
      await at.putAside();
    });
    await check("today's list", async () => {
      await at.press("F4");
      await page.waitForSelector(".sale");
    });
    await check("one sale", async () => {
      await page.locator(".sale:has(.ink-paid)").first().click();
      await page.waitForSelector(".one-sale");
    });
    await check("offline", async () => {
      await at.putAside();
      await at.seat.context.setOffline(true);
      await at.type("6");
      await at.scan(anyCode());
      await page.waitForSelector(".banner-bad");
    });
    await check("cash kept at the till without the server", async () => {
      await at.press("F6");
      await page.waitForSelector(".entry .ladder");
      await wideEnough(page);
      await at.type("7.80");
      await at.press("F7");
      await page.waitForSelector("dialog[open] .cash-form input:focus");
      await at.press("Enter");
      await at.money("recorded");
    });
    await at.seat.context.setOffline(false);
    await at.close();
  }
}

async function publicByEar(runner, browser, base) {
  const seat = await visitor(browser, { size: "phone" });
  const { page } = seat;
  const pages = { "/": ".credentials", "/demo/codes": ".case", "/demo/printer": ".papers img, .papers-empty, .notice", "/r/none": ".slip h1" };
  for (const [path, there] of Object.entries(pages)) {
    await runner.check(`public by ear: ${path}`, async () => {
      await page.goto(base + path);
      await page.waitForSelector(there);
      return unhindered(page);
    });
  }
  await seat.close();
}

/** Nothing on the page that axe calls serious; lesser finds are named in the line of the check. */
async function unhindered(page) {
  await page.waitForTimeout(400);
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (values) => window.axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] }),
    LEVELS,
  );
  const line = ({ id, impact, nodes }) => `${impact} ${id} ×${nodes.length}: ${nodes[0].target.join(" ")} — ${nodes[0].any[0]?.message ?? ""}`;
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  holds(grave.length === 0, grave.map(line).join("\n"));
  return violations.map(({ id }) => id).join(", ");
}

/** Presses Tab until the focus is on what is looked for; everywhere on the way the focus can be seen. */
async function tabTo(page, selector, most = 80) {
  for (let step = 0; step < most; step += 1) {
    await page.keyboard.press("Tab");
    const [there, seen, what] = await page.evaluate(focused, selector);
    holds(seen, `the focus cannot be seen on ${what}`);
    if (there) return;
  }
  throw new Error(`Tab pressed ${most} times never came to ${selector}`);
}

/** Runs in the page: whether the focus is on `selector`, whether it shows, and where it is. */
function focused(selector) {
  const here = document.activeElement;
  if (!here || here === document.body) return [false, true, "the page"];
  const shows = (element) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
  };
  const ringed = [here, here.parentElement, here.closest(".ant-select, .ant-input-affix-wrapper, .ant-radio")].filter(Boolean);
  // A guard that hands the focus on within a dialog is no place to be.
  const guard = here.getAttribute("aria-hidden") === "true" || here.className === "ant-drawer-content-wrapper";
  // The parts of a date are ringed by the browser, inside the field.
  const parted = here.matches("input[type=date]");
  const box = here.getBoundingClientRect();
  const region = here.matches("[tabindex='-1'], [role=dialog]") || box.width * box.height > innerWidth * innerHeight * 0.3;
  return [here.matches(selector), guard || region || parted || ringed.some(shows), here.outerHTML.slice(0, 120)];
}

async function wideEnough(page) {
  const small = await page.evaluate((least) => {
    const root = document.querySelector("dialog[open]") ?? document;
    const targets = [...root.querySelectorAll("button, a[href], summary, input")];
    return targets
      .map((target) => ({ target, box: target.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && box.height > 0 && (box.height < least - 0.5 || box.width < least - 0.5))
      .map(({ target, box }) => `${target.className || target.tagName} ${Math.round(box.width)}×${Math.round(box.height)}`);
  }, TOUCH_MIN);
  equal([...new Set(small)], [], `targets smaller than ${TOUCH_MIN} px`);
}
