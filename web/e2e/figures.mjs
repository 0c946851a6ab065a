// How soon a slow tablet can use the till, measured against a running demo shop; prints one JSON object of medians in
// milliseconds: `node e2e/figures.mjs http://127.0.0.1:8080`. Figures of a busy machine mean nothing.
import { launch, visitor } from "./browser.mjs";
import { anyCode, demoOf, Till } from "./shop.mjs";

const ROUNDS = 7;
const SLOWER = 4;

const base = (process.argv[2] ?? "http://127.0.0.1:8080").replace(/\/+$/, "");
const browser = await launch();
try {
  const demo = await demoOf(base);
  const figures = {
    cpu_slowed: SLOWER,
    interactive_ms: await middle(untilInteractive(demo)),
    key_shown_ms: await middle(untilKeyShown(demo)),
    scan_shown_ms: await middle(untilScanShown(demo)),
  };
  console.log(JSON.stringify(figures));
} finally {
  await browser.close();
}

/** From opening the page, nothing cached, to a pad on the screen and a thread that is free to take a key. */
async function* untilInteractive(demo) {
  const { seat, devtools } = await slowSeat(demo);
  await devtools.send("Network.enable");
  await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
  await devtools.send("Network.setBypassServiceWorker", { bypass: true });
  await seat.page.addInitScript(noteFirstUse);
  for (let round = 0; round < ROUNDS; round += 1) {
    await seat.page.goto(`${base}/till/`);
    yield await seat.page.evaluate(() => window.interactive);
  }
  await seat.close();
}

/** From a key to the amount that shows it; 37 ms of it tell a person from a scanner. */
async function* untilKeyShown(demo) {
  const { seat } = await slowSeat(demo);
  for (const key of "1234567".slice(0, ROUNDS)) {
    await seat.page.evaluate(noteKey);
    await seat.page.keyboard.press(key);
    yield await seat.page.evaluate(() => window.keyShown);
    await seat.page.waitForTimeout(150);
  }
  await seat.close();
}

/** From a scanned code to the first sign of it on the screen. */
async function* untilScanShown(demo) {
  const { seat, till } = await slowSeat(demo);
  for (let round = 0; round < ROUNDS; round += 1) {
    await till.type("8.8");
    await seat.page.evaluate(noteScan);
    await till.scan(anyCode());
    yield await seat.page.evaluate(() => window.scanShown);
    await till.known("paid");
    await till.next();
  }
  await seat.close();
}

async function slowSeat(demo) {
  const seat = await visitor(browser);
  const till = new Till(seat, base);
  await till.enter(demo.owner);
  const devtools = await seat.context.newCDPSession(seat.page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  return { seat, till, devtools };
}

async function middle(measured) {
  const times = [];
  for await (const time of measured) times.push(time);
  times.sort((a, b) => a - b);
  return Math.round(times[times.length >> 1]);
}

/** Runs in the page before anything else. */
function noteFirstUse() {
  window.interactive = new Promise((done) => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector(".pad-key, .outcome-words")) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0));
    });
    observer.observe(document, { childList: true, subtree: true });
  });
}

/** Runs in the page: time from the next key press to the amount's change. */
function noteKey() {
  const amount = document.querySelector(".amount-value");
  let pressed = 0;
  addEventListener("keydown", (event) => (pressed = event.timeStamp), { capture: true, once: true });
  window.keyShown = new Promise((done) => {
    new MutationObserver((_changes, observer) => {
      observer.disconnect();
      requestAnimationFrame(() => done(performance.now() - pressed));
    }).observe(amount, { childList: true, subtree: true, characterData: true });
  });
}

/** Runs in the page: time from the scanner's last key to the outcome's first words. */
function noteScan() {
  let pressed = 0;
  window.scanShown = new Promise((done) => {
    addEventListener("keydown", (event) => event.key === "Enter" && (pressed = event.timeStamp), { capture: true });
    new MutationObserver((_changes, observer) => {
      if (!document.querySelector(".outcome")) return;
      observer.disconnect();
      requestAnimationFrame(() => done(performance.now() - pressed));
    }).observe(document.body, { childList: true, subtree: true });
  });
}
