// Walks every page of a running trial as two people would, in Korean and in English, and lets each be judged at 390 and
// 1280 wide, light and dark. One JSON line for each look and each check; exit 1 when one of them is bad.
//
//   naru --json up > up.json &      node judges/browser/walk.mjs --out PICTURES < up.json
//
// Without --out the pictures are thrown away.
// Read from the facts: hub, ca_file, client_id, redirect_uri, client_use_code, people[].{user_seq_no, access_token,
// accounts[].fintech_use_num}. BASE_URL in the environment replaces hub.
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Device as Place, spki } from "./device.mjs";
import { Judge, launch } from "./judge.mjs";

const { values } = parseArgs({ options: { out: { type: "string" } } });
const facts = JSON.parse(readFileSync(0, "utf8"));
const base = new URL(process.env.BASE_URL ?? facts.hub);
const ca = readFileSync(facts.ca_file);
const thrownAway = values.out ? undefined : mkdtempSync(join(tmpdir(), "naru-walk-"));
const judge = new Judge(values.out ?? thrownAway);
const room = { base, ca, judge };

// A call of the fintech, so that there is something to see; what it answers is of no interest here.
async function call(path, token) {
  const url = new URL(path, base);
  await new Promise((done, failed) => {
    const headers = { authorization: `Bearer ${token}` };
    const asked = request(url, { ca, headers }, (answer) => answer.resume().on("end", done));
    asked.on("error", failed).end();
  });
}

async function calls(person) {
  const id = () => `${facts.client_use_code}U${randomBytes(5).toString("hex").slice(0, 9).toUpperCase()}`;
  const now = new Date(Date.now() + 9 * 3600e3).toISOString().replace(/\D/g, "").slice(0, 14);
  await call(`/v2.0/user/me?user_seq_no=${person.user_seq_no}`, person.access_token);
  const number = person.accounts[0].fintech_use_num;
  const balance = (number) => {
    const query = { bank_tran_id: id(), fintech_use_num: number, tran_dtime: now };
    return `/v2.0/account/balance/fin_num?${new URLSearchParams(query)}`;
  };
  await call(balance(number), person.access_token);
  await call(balance("000000000000000000000000"), person.access_token);
}

// A person's device, which also knows how the trial's people identify themselves.
class Device extends Place {
  // Signs in by the identity check as the trial's person of this place.
  async identify(place, looks) {
    await this.press(`.trial li:nth-child(${place + 1}) button`);
    if (looks) await this.look("code");
    const said = await this.page.$eval(".bubble", (bubble) => bubble.textContent);
    await this.page.type("#code", said.match(/\d{6}/)[0]);
    await this.press("main form button[type=submit]");
  }
}

function check(lang, what, ok) {
  judge.faults += ok ? 0 : 1;
  console.log(JSON.stringify({ ok, lang, check: what }));
}

async function signIn(device, place) {
  const { page, lang } = device;
  await device.go("/design");
  await device.look("design");
  await device.go("/grants");
  check(lang, "a person's own page asks first who it is", device.path().startsWith("/authorizations/"));
  const height = await page.$eval("[data-passkey=get] button", (one) => one.offsetHeight);
  check(lang, "the passkey comes first", height >= 44);
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => document.activeElement.className);
  check(lang, "the first key press reaches the way past the header", first === "skip");
  await device.look("sign-in");
  await page.type("#name", "나루");
  await page.type("#birth_date", "1990");
  await page.type("#cell_no", "01012345678");
  await device.press("main section:first-of-type form button[type=submit]");
  check(lang, "what is wrong is said at its field", await device.has("#birth_date[aria-invalid=true]"));
  await device.look("sign-in-error");
  await device.identify(place, true);
  check(lang, "signing in leads to the page that was asked for", device.path() === "/grants");
}

async function ownPages(device) {
  const { page, lang } = device;
  check(lang, "a passkey is offered, and may be left for later", await device.has("form[action*=later]"));
  await device.look("grants");
  await judge.unfold(page);
  await device.look("grants-open");
  const record = await device.download(await page.$eval("a[download]", (link) => link.href));
  const body = JSON.parse(record.text);
  const whole = record.disposition.startsWith("attachment") && body.grant.id.startsWith("gnt_");
  check(lang, "the record can be kept", whole && body.calls > 0);
  await device.press("nav.ways a[href^='/activity']");
  check(lang, "every call is there", (await page.$$(".call")).length >= 3);
  await device.look("activity");
  await judge.unfold(page);
  await device.look("activity-open");
  check(lang, "each opens to seven links", (await page.$$(".call:first-of-type .chain.tall li")).length % 7 === 0);
  await device.press("form.filter button");
  check(lang, "they can be filtered", await device.has(".call"));
  await device.press("nav.ways a[href^='/security']");
  await device.look("security");
}

async function passkeys(device) {
  const { page, lang } = device;
  await page.$eval("#passkey-name", (field) => (field.value = ""));
  await page.type("#passkey-name", "Judge");
  await device.press("form[data-passkey=create] button");
  const made = page.url().includes("done=added") && (await device.has("form[action*=remove]"));
  check(lang, "a passkey is made", made);
  await device.look("security-added");
  await device.press("form[action*=leave] button");
  await device.look("signed-out");
  await device.go("/activity");
  check(lang, "signed out is signed out", device.path().startsWith("/authorizations/"));
  await device.press("[data-passkey=get] button");
  check(lang, "the passkey signs in and leads on", device.path() === "/activity");
}

async function secondDevice(device, browser, place) {
  const { lang } = device;
  const other = await Device.open(browser, room, { lang, authenticator: false });
  await other.go("/grants");
  await other.identify(place, false);
  await device.go("/grants");
  check(lang, "a sign-in on another device is noticed", await device.has("main > .notice.unknown"));
  await device.look("grants-newcomer");
  await device.go("/security");
  await device.look("security-newcomer");
  await device.unfold("details:has(form[action^='/sessions/end']) summary");
  await device.press("form[action^='/sessions/end'] button");
  check(lang, "everybody else is signed out", device.page.url().includes("done=others"));
  await other.go("/grants");
  check(lang, "and the other device knows", other.path().startsWith("/authorizations/"));
  await other.context.close();
}

async function consent(device) {
  const { page, lang } = device;
  const asked = new URLSearchParams({
    response_type: "code", client_id: facts.client_id, redirect_uri: facts.redirect_uri,
    scope: "login inquiry transfer", state: randomBytes(16).toString("hex"), auth_type: "0", lang,
  });
  await device.go(`/oauth/2.0/authorize?${asked}`);
  check(lang, "who is signed in is asked for consent at once", await device.has("button[value=agree]"));
  const size = (value) => page.$eval(`button[value=${value}]`, (one) => `${one.offsetWidth}x${one.offsetHeight}`);
  check(lang, "refusing is as large as agreeing", (await size("refuse")) === (await size("agree")));
  check(lang, "nothing is ticked beforehand", !(await device.has("input:checked")));
  await device.look("consent");
  await device.press("button[value=agree]");
  check(lang, "agreeing to nothing is not agreeing", await device.has("#error"));
  await device.look("consent-error");
  await page.setRequestInterception(true);
  const back = new Promise((found) => {
    page.on("request", (one) => {
      if (!one.url().startsWith(facts.redirect_uri)) return one.continue();
      found(new URL(one.url()));
      return one.respond({ status: 200, contentType: "text/html", body: "<title>back</title>" });
    });
  });
  await device.press("button[value=refuse]");
  check(lang, "refusing leads back with access_denied", (await back).searchParams.get("error") === "access_denied");
  page.removeAllListeners("request");
  await page.setRequestInterception(false);
  device.errors();
}

async function endings(device) {
  const { page, lang } = device;
  await device.go("/security");
  await device.unfold("details:has(form[action*=remove]) summary");
  await device.press("form[action*=remove] button");
  check(lang, "a passkey is removed in two presses", page.url().includes("done=removed"));
  await device.go("/grants");
  const living = (await page.$$("form[action*=revoke]")).length;
  await device.unfold("details:has(form[action*=revoke]) summary");
  await device.press("form[action*=revoke] button");
  await device.look("revoked");
  await device.go("/grants");
  check(lang, "a consent is ended in two presses", (await page.$$("form[action*=revoke]")).length === living - 1);
  await device.look("grants-ended");
  await device.go("/authorizations/nonsense");
  await device.look("problem");
}

const browser = await launch([await spki(base, ca)]);
try {
  for (const [place, lang] of ["ko", "en"].entries()) {
    await calls(facts.people[place]);
    const device = await Device.open(browser, room, { lang, authenticator: true });
    // The writer of the calls is a moment behind.
    await new Promise((done) => setTimeout(done, 1500));
    await signIn(device, place);
    await ownPages(device);
    await passkeys(device);
    await secondDevice(device, browser, place);
    await consent(device);
    await endings(device);
    await device.context.close();
  }
} catch (error) {
  judge.faults += 1;
  console.log(JSON.stringify({ ok: false, check: "the walk goes through", error: String(error.stack ?? error) }));
} finally {
  await browser.close();
}
if (thrownAway) rmSync(thrownAway, { recursive: true, force: true });
console.log(JSON.stringify({ passed: judge.pages - Math.min(judge.faults, judge.pages), failed: judge.faults }));
process.exit(judge.faults > 0 ? 1 : 0);
