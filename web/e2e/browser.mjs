// A Chromium for the page tests: found, started, and watched for anything it complains about.
import { chromium } from "playwright-core";

export const SIZES = {
  phone: { width: 390, height: 844 },
  tablet: { width: 1280, height: 800 },
  desktop: { width: 1440, height: 900 },
};

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
}

/** A fresh visitor. `complaints` fills with console errors, uncaught exceptions and failed asset loads. */
export async function visitor(browser, { size = "tablet", language = "zh", touch = size === "phone" } = {}) {
  const context = await browser.newContext({
    viewport: SIZES[size],
    hasTouch: touch,
    isMobile: size === "phone",
    deviceScaleFactor: size === "phone" ? 2 : 1,
    locale: language === "zh" ? "zh-CN" : "en-GB",
    timezoneId: "America/New_York",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await context.addInitScript((chosen) => location.protocol.startsWith("http") && localStorage.setItem("paydesk.language", chosen), language);
  const complaints = [];
  context.on("page", (page) => watch(page, complaints));
  const page = await context.newPage();
  return { context, page, complaints, close: () => context.close() };
}

/** A refused sign-in check (401 before signing in) is the protocol at work, not an error of the page. */
function watch(page, complaints) {
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    const where = message.location().url ?? "";
    if (/\/v1\//.test(where) && /status of (400|401|403|404|409|422)/.test(message.text())) return;
    complaints.push(`${message.text()} (${where})`);
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.stack ?? error}`));
}

export async function signIn(page, base, path, { login, password }) {
  await page.goto(base + path);
  await page.fill("input[name=login]", login);
  await page.fill("input[name=password]", password);
  await page.press("input[name=password]", "Enter");
}
