// A Chromium for the page tests: found, started, and watched for anything it complains about.
import { chromium } from "playwright-core";

export const SIZES = {
  phone: { width: 390, height: 844 },
  tablet: { width: 1280, height: 800 },
  desktop: { width: 1600, height: 1000 },
};

/** How long anything is waited for: on a busy machine slow is not wrong. */
const PATIENCE_MS = 60_000;

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
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(chooseLanguage, language);
  const complaints = [];
  context.on("page", (page) => watch(page, complaints));
  const page = await context.newPage();
  return { context, page, complaints, close: () => context.close() };
}

/** Runs in the page: the language to begin with, unless this visitor has chosen one. */
function chooseLanguage(language) {
  if (!location.protocol.startsWith("http")) return;
  if (localStorage.getItem("paydesk.language") === null) localStorage.setItem("paydesk.language", language);
}

/** Refusals that the tests provoke on purpose: Chromium itself logs them, the pages show them as sentences. */
const PROVOKED = /\/v1\/(session|people|webhooks|payments\/00000000-0000-7000-8000-000000000000|receipts\/(no-such-token|none))$/;

function watch(page, complaints) {
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    const where = message.location().url ?? "";
    if (PROVOKED.test(where) && /status of (401|404|409|422)/.test(message.text())) return;
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
