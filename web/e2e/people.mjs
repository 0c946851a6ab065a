// People and machines, let in and shut out as an owner would, and what each then meets at the door.
import { signIn, visitor } from "./browser.mjs";
import { equal, holds } from "./runner.mjs";

export async function peopleChecks(runner, browser, base, demo) {
  const check = runner.check.bind(runner);
  const seat = await visitor(browser, { size: "desktop" });
  const { page } = seat;
  const login = `wang${String(Date.now()).slice(-8)}`;
  const secret = page.locator(".ant-modal .secret");
  const rows = (text) => page.locator("tr.row-link", { hasText: text });
  let password;
  let guest;

  await check("a new person gets a password that is shown once and copied by a button", async () => {
    await signIn(page, base, "/console/people", demo.owner);
    await addPerson(page, login, "王芳");
    password = await secret.innerText();
    await page.locator(".secret-row button").click();
    equal(await page.evaluate(() => navigator.clipboard.readText()), password, "copied");
    await page.keyboard.press("Escape");
    await page.mouse.click(5, 5);
    holds(await secret.isVisible(), "what cannot be shown again was closed by a stray key or click");
    await closeSecret(page);
    await rows(login).waitFor();
    holds(!(await page.content()).includes(password), "the password is still in the page");
  });

  await check("a login that is taken is refused in words, and nothing typed is lost", async () => {
    await addPerson(page, login, "王芳二");
    const refusal = await page.locator(".ant-modal .notice-bad").innerText();
    holds(/[一-鿿]/.test(refusal), `no Chinese sentence: ${refusal}`);
    equal(await page.locator(".ant-modal input").first().inputValue(), login, "the login in the form");
    await page.keyboard.press("Escape");
    await page.locator(".ant-modal").waitFor({ state: "detached" });
    equal(await rows(login).count(), 1, "people with that login");
  });

  await check("the new person signs in, changes the password, and is shown no page of people", async () => {
    guest = await visitor(browser, { size: "desktop" });
    await signIn(guest.page, base, "/console/people", { login, password });
    await guest.page.waitForSelector(".ant-result-403");
    equal(await guest.page.locator('nav a[href="/console/people"]').count(), 0, "links to People");
    const chosen = `${password}-mine`;
    await guest.page.locator(".own-menu").click();
    await guest.page.locator(".ant-dropdown-menu-item").first().click();
    await guest.page.fill("input[name=current]", password);
    await guest.page.fill(".password-form input[name=password]", chosen);
    await guest.page.fill("input[name=again]", chosen);
    await guest.page.press("input[name=again]", "Enter");
    await guest.page.locator(".password-form").waitFor({ state: "detached" });
    password = chosen;
  });

  await check("another role is told in the page's words, and saving without a change tells nothing", async () => {
    await rows(login).locator("a").click();
    await save(page, "input[type=radio][value=manager]");
    const changes = page.locator(".story .changes li");
    await changes.filter({ hasText: "角色：收银员 → 店长" }).waitFor();
    const told = await changes.count();
    await save(page, "input[type=radio][value=manager]");
    await page.reload();
    await changes.first().waitFor();
    equal(await changes.count(), told, "recorded changes");
    const story = await page.locator(".story .changes").innerText();
    holds(!/manager|cashier/.test(story), `raw words: ${story}`);
  });

  await check("whoever is shut out is out at once and cannot come back", async () => {
    await page.locator(".story-actions .ant-btn-dangerous").click();
    await page.locator(".ant-modal-confirm .ant-btn-dangerous").click();
    await page.waitForSelector(".story .let-in-no");
    await guest.page.reload();
    await signIn(guest.page, base, "/console/", { login, password });
    await guest.page.waitForSelector(".sign-in-card [role=alert]");
    const real = guest.complaints.filter((line) => !/\/v1\/me\)/.test(line));
    equal(real, [], "complaints");
    await guest.close();
  });

  await check("nobody can shut oneself out", async () => {
    await page.goto(`${base}/console/people`);
    await page.locator("tr.row-link:has(.you) a").click();
    await page.waitForSelector(".story-actions");
    holds(await page.locator(".story-actions .ant-btn-dangerous").isDisabled(), "the button is enabled");
  });

  await check("a machine's key is shown once, opens the door, and is revoked for good", async () => {
    const name = `自助机 ${login}`;
    await page.goto(`${base}/console/people`);
    await page.locator(".people-head button").last().click();
    await page.locator(".ant-modal input").first().fill(name);
    await page.locator(".ant-modal-footer .ant-btn-primary").click();
    const key = await secret.innerText();
    await closeSecret(page);
    holds(!(await page.content()).includes(key), "the key is still in the page");
    const knock = async () => (await fetch(`${base}/v1/payments?limit=1`, { headers: { authorization: `Bearer ${key}` } })).status;
    equal(await knock(), 200, "status with the key");
    await rows(name).locator("a").click();
    await page.locator(".story-actions .ant-btn-dangerous").click();
    await page.locator(".ant-modal-confirm .ant-btn-dangerous").click();
    await page.waitForSelector(".story .let-in-no");
    equal(await knock(), 401, "status with the revoked key");
  });

  await check("the record of everything says what was done, to whom and by whom", async () => {
    await page.goto(`${base}/console/people`);
    await page.locator(".record .changes li").first().filter({ hasText: `停用密钥：自助机 ${login}` }).waitFor();
    const record = await page.locator(".record .changes").innerText();
    holds(!/(staff|api_key|webhook|merchant|till|store)\.[a-z]/.test(record), `raw words: ${record}`);
  });

  await check("no console errors on the page of people", async () => equal(seat.complaints, [], "complaints"));
  await seat.close();
}

async function addPerson(page, login, name) {
  await page.locator(".people-head .ant-btn-primary").click();
  const fields = page.locator(".ant-modal input:not([type=radio])");
  await fields.nth(0).fill(login);
  await fields.nth(1).fill(name);
  await page.locator(".ant-modal-footer .ant-btn-primary").click();
  await page.waitForSelector(".ant-modal .secret, .ant-modal .notice-bad");
}

async function closeSecret(page) {
  const shown = page.locator(".ant-modal .secret");
  const gone = () => shown.waitFor({ state: "detached", timeout: 3_000 }).then(() => true, () => false);
  // While the dialog is still coming in, a press is not heard; a person would press again.
  for (let press = 0; press < 10; press += 1) {
    await page.locator(".ant-modal:has(.secret) .ant-modal-footer button").click();
    if (await gone()) return;
  }
  throw new Error("the secret stays, however often it is dismissed");
}

/** Changes the opened person: chooses this role and saves. */
async function save(page, role) {
  await page.locator(".story-actions .ant-btn-primary").click();
  await page.locator(`.ant-modal ${role}`).check();
  await page.locator(".ant-modal-footer .ant-btn-primary").click();
  await page.locator(".ant-modal .roles").waitFor({ state: "detached" });
}
