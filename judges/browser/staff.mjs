// Walks the consoles of a running trial as its members would: a fintech that hands in what it owes and opens an
// inspection, an agency that takes it up, two people at the operator's desk who decide together, and a supervisor who
// reads. Every page is judged at 390 and 1280 wide, in Korean in both schemes, in English in one of each. One JSON line
// for each look and each check; exit 1 when one of them is bad.
//
//   naru --json up > up.json &      node judges/browser/staff.mjs --out PICTURES < up.json
//
// Without --out the pictures are thrown away. Read from the facts: hub, ca_file. BASE_URL in the environment replaces
// hub. The codes of the invitations stand on the trial's own sign-in page and are used up, so a trial is walked once.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Device, spki } from "./device.mjs";
import { Judge, launch } from "./judge.mjs";

const { values } = parseArgs({ options: { out: { type: "string" } } });
const facts = JSON.parse(readFileSync(0, "utf8"));
const base = new URL(process.env.BASE_URL ?? facts.hub);
const ca = readFileSync(facts.ca_file);
const scratch = mkdtempSync(join(tmpdir(), "naru-staff-"));
const judge = new Judge(values.out ?? join(scratch, "pictures"));
const room = { base, ca, judge };

// A key of a message that has no words, as it would stand on a page.
const wordless =
  /\b(?:fintech|operator|inspector|supervisor|member(?:_\w+)?|passkey|security|form)\.(?!example\b)[a-z_]+(?:\.\w+)*/;

function check(what, ok, why) {
  judge.faults += ok ? 0 : 1;
  console.log(JSON.stringify({ ok, check: what, ...(ok ? {} : { why }) }));
}

// Runs in the page: ticks the papers whose titles are among `titles`.
function tick(boxes, titles) {
  for (const box of boxes) box.checked = titles.some((title) => box.closest("label").innerText.includes(title));
}

// Days from today in Seoul, as a date field takes them.
function day(from) {
  return new Date(Date.now() + 9 * 3600e3 + from * 86_400e3).toISOString().slice(0, 10);
}

// The smallest thing that a reader of PDF opens.
function paper() {
  const path = join(scratch, "policy.pdf");
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
  ];
  let text = "%PDF-1.4\n";
  const places = objects.map((object, at) => {
    const place = text.length;
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, "0")} 00000 n \n`;
  });
  const table = text.length;
  text += `xref\n0 4\n0000000000 65535 f \n${places.join("")}trailer\n<< /Size 4 /Root 1 0 R >>\n`;
  writeFileSync(path, `${text}startxref\n${table}\n%%EOF\n`);
  return path;
}

// The device of a member.
class Seat extends Device {
  settled = "load";

  static async take(browser, who) {
    const seat = await this.open(browser, room, { lang: "ko", authenticator: true });
    seat.who = who;
    return seat;
  }

  // Goes there in both languages and lets it be judged; the page stands in Korean afterwards.
  async see(name, path = this.here()) {
    for (const lang of ["en", "ko"]) {
      this.lang = lang;
      const status = await this.go(path);
      check(`${this.who} is shown ${name} in ${lang}`, status === 200, `${status} at ${path}`);
      const said = await this.page.evaluate(() => document.body.innerText);
      check(`${name} has words in ${lang}`, !wordless.test(said), said.match(wordless)?.[0]);
      await this.look(name, lang === "en");
    }
  }

  async seeAll(pages) {
    for (const path of pages) await this.see(path.slice(1).replaceAll("/", "-"), path);
  }

  here() {
    const url = new URL(this.page.url());
    return url.pathname + url.search;
  }

  link(selector) {
    return this.page.$eval(selector, (one) => new URL(one.href).pathname);
  }

  // Fills a form, which may be folded, and sends it. What it answers must be no page of a problem.
  async send(form, filled, button = "button[type=submit]") {
    await this.page.waitForSelector(form, { timeout: 10_000 });
    await this.page.$eval(form, (one) => {
      for (const folded of [one.closest("details"), ...one.querySelectorAll("details")]) {
        folded?.setAttribute("open", "");
      }
    });
    for (const [name, value] of Object.entries(filled)) {
      const field = `${form} [name="${name}"]`;
      if (name === "file") await (await this.page.$(field)).uploadFile(value);
      else if (await this.has(`${field}[type=radio]`)) await this.page.click(`${field}[value="${value}"]`);
      else if (name === "revisions") await this.page.$$eval(field, tick, value);
      else await this.page.$eval(field, (one, value) => (one.value = value), value);
    }
    await this.press(`${form} ${button}`);
  }

  // Sends a form and expects the page that says it is done.
  async done(what, form, filled, button) {
    await this.send(form, filled, button);
    const said = await this.page.evaluate(() => document.querySelector("main [role=alert]")?.innerText ?? "");
    const answered = new URL(this.page.url()).searchParams.has("done") && (await this.has("main [role=status]"));
    check(`${this.who}: ${what}`, answered, `${this.here()} ${said}`);
  }

  // Starts with the invitation that the trial shows, and makes the first passkey.
  async enrol(organisation, userName, typed = false) {
    await this.go("/staff/sign-in");
    const has = (name, value) => `:has([name=${name}][value="${value}"])`;
    const own = `.trial form${has("organisation", organisation)}${has("user_name", userName)}`;
    const code = await this.page.$eval(`${own} [name=code]`, (one) => one.value);
    if (typed) {
      await this.go("/staff/enrol");
      const form = "main form[action^='/staff/enrol']";
      await this.send(form, { organisation, user_name: userName, code: "0000-0000-0000" });
      check("a wrong code is refused in words", await this.has("main [role=alert]"), this.here());
      await this.look("staff-enrol-error");
      await this.send(form, { organisation, user_name: userName, code });
      await this.look("staff-passkey");
    } else {
      await this.press(`${own} button`);
    }
    await this.press("form[data-passkey=create] button");
    check(`${this.who} is led to a console`, !this.path().startsWith("/staff/"), this.here());
  }
}

const fintechPages = [
  "/fintech", "/fintech/test", "/fintech/apps", "/fintech/inspections", "/fintech/documents", "/fintech/answers",
  "/fintech/endpoints", "/fintech/insurance", "/fintech/subsidies", "/fintech/organisation", "/staff/members",
];
const operatorPages = [
  "/operator", "/operator/proposals", "/operator/rules", "/operator/policies", "/operator/subsidies",
  "/operator/transfers", "/operator/inspections", "/operator/archive", "/operator/catalogues", "/staff/members",
];

// What stands open to everybody, and the way in and out of one member.
async function door(seat) {
  await seat.seeAll(["/staff/sign-in", "/staff/enrol", "/fintech/sign-up"]);
  await seat.go("/fintech/inspections");
  check("a console asks first who it is", seat.path() === "/staff/sign-in", seat.here());
  await seat.enrol("sunny-pay", "first", true);
  check("a fintech begins at its standing", seat.path() === "/fintech", seat.here());
  await seat.see("staff-security", "/staff/security");
  await seat.press("form[action^='/staff/sign-out'] button");
  await seat.look("staff-signed-out");
  await seat.go("/fintech/documents");
  check("signed out is signed out", seat.path() === "/staff/sign-in", seat.here());
  await seat.press("[data-passkey=get] button");
  check("the passkey signs in and leads on", seat.path() === "/fintech/documents", seat.here());
}

// What a fintech has before it has done anything, and what it does first.
async function begins(seat) {
  for (const path of ["/fintech/documents", "/fintech/inspections", "/fintech/insurance"]) {
    await seat.go(path);
    await seat.look(`${path.slice(1).replaceAll("/", "-")}-empty`, true);
  }
  const [documents, organisation, insurance] = ["documents", "organisation", "insurance"].map(
    (word) => `main form[action^='/fintech/${word}?']`,
  );
  const file = paper();
  const papers = [
    ["insurance_policy", "보증보험 증권"], ["submission", "제출 자료"], ["application", "점검 신청서"], ["contract", "점검 계약서"],
  ];
  for (const [kind, title] of papers) {
    await seat.go("/fintech/documents");
    await seat.done(`hands in a document (${kind})`, documents, { kind, title, file });
  }
  await seat.go("/fintech/organisation");
  await seat.done("says that it has a site", organisation, { fact: "web", valid_from: day(-30) });
  await seat.go("/fintech/organisation");
  await seat.done("says when it launches", organisation, { fact: "launched", valid_from: day(-10) });
  await seat.go("/fintech/insurance");
  const policy = { insurer: "한빛보증", number: "HB-2026-0001", cover_won: "10000000" };
  await seat.send(insurance, { ...policy, from_day: day(30), to_day: day(-30) });
  check("a policy that ends before it begins is refused", await seat.has("main [role=alert]"), seat.here());
  await seat.look("fintech-insurance-error", true);
  await seat.done("records a policy", insurance, { ...policy, from_day: day(-30), to_day: day(335) });
  await seat.go("/fintech/test");
  await seat.done("starts the functional test", "main form[action^='/fintech/test/start']", {});
  await seat.go("/fintech/inspections");
  const agency = await seat.page.$eval("#open-agency option:first-child", (one) => one.value);
  await seat.done("opens an inspection", "main form[action^='/fintech/inspections']", { agency, platform: "" });
}

// The pages of a fintech with something on them.
async function fintech(seat) {
  await seat.seeAll(fintechPages);
  await seat.go("/fintech/apps");
  await seat.see("fintech-app", await seat.link("main a[href*='/fintech/apps/']"));
  await seat.go("/fintech/documents");
  await seat.see("fintech-document", await seat.link("main li a[href*='/fintech/documents/']:not(.button)"));
  await seat.see("fintech-leave", "/fintech/organisation/leave");
  await seat.go("/fintech/inspections");
  const inspection = await seat.link("main h2 a[href*='/fintech/inspections/']");
  await seat.go(inspection);
  const item = await seat.link("main a[href*='/items/']");
  await seat.go(item);
  const body = "접근 권한은 분기마다 점검합니다.";
  await seat.done("answers an item", `main form[action^='${item}?']`, { body });
  await seat.see("fintech-item", item);
  await seat.see("fintech-inspection", inspection);
  await seat.done("submits drafts", "form[action*='/steps']:not(details *)", { revisions: ["제출 자료"] });
  return inspection;
}

// An agency takes up what was opened, until it judges an item and writes a finding; each takes its turns.
async function agency(seat, theirs, inspection) {
  await seat.enrol("agency", "inspector");
  await seat.see("inspector");
  const own = await seat.link("main h2 a[href*='/inspector/inspections/']");
  const turn = async (event) => {
    await seat.go(own);
    await seat.done(event, `form[action*='/steps']:has([name=event][value=${event}])`, {});
  };
  await seat.see("inspector-inspection-asked", own);
  await turn("pre-review-done");
  await theirs.go(inspection);
  const papers = { revisions: ["점검 신청서", "제출 자료"] };
  await theirs.done("applies", "form[action*='/steps']:not(details *)", papers);
  await theirs.see("fintech-inspection-contract", inspection);
  await theirs.done("signs the contract", "form[action*='/contract']", { revisions: ["점검 계약서"] });
  await turn("accept-and-sign-contract");
  await turn("start");
  await seat.see("inspector-inspection", own);
  await seat.see("inspector-items", `${own}/items`);
  const item = await seat.link("main li a[href*='/items/']");
  const note = "분기 점검의 기록이 없습니다.";
  await seat.go(item);
  await seat.done("judges an item", `main form[action^='${item}?']`, { verdict: "not_satisfied", note });
  await seat.go(item);
  await seat.done("writes a finding", "main form[action*='/findings']", { statement: note });
  await seat.see("inspector-item", item);
  await seat.see("inspector-finding", await seat.link("main a[href*='/inspector/findings/']"));
  await seat.seeAll(["/inspector/archive", "/inspector/catalogues", `${own}/import`]);
  await theirs.see("fintech-inspection-finding", inspection);
}

// The operator: one proposes, cannot approve it alone, and another does.
async function desk(one, other) {
  const organisation = "/operator/organisations/sunny-pay";
  await one.enrol("operator", "desk-1");
  await one.seeAll([...operatorPages, organisation]);
  await judge.unfold(one.page);
  await one.look("operator-organisations-sunny-pay-open", true);
  const reason = "제출한 서류와 시험을 확인했습니다.";
  await one.done("proposes suitability", "form:has([name=event][value=approve-suitability])", { reason });
  await one.go("/operator/proposals");
  const proposal = await one.link("main a[href*='/operator/proposals/']");
  await one.see("operator-proposal-own", proposal);
  check("who proposed cannot approve", !(await one.has("form[action*='/approve']")), proposal);
  await other.enrol("operator", "desk-2");
  await other.see("operator-proposal-before", proposal);
  await other.done("approves what another proposed", "form[action*='/approve']", {});
  await other.see("operator-proposal-after", proposal);
  await other.see("operator-proposals-after", "/operator/proposals");
  await other.see("operator-organisation-after", organisation);
}

async function supervisor(seat) {
  await seat.enrol("supervisor", "watch");
  await seat.seeAll(["/supervisor", "/supervisor/organisations", "/supervisor/organisations/sunny-pay",
    "/supervisor/archive", "/supervisor/catalogues"]);
  await seat.go("/operator");
  await seat.look("denied", true);
  check("a console of others is not shown", !(await seat.has(".funnel")), seat.here());
  seat.errors();
}

const browser = await launch([await spki(base, ca)]);
try {
  const seats = ["fintech", "inspector", "desk-1", "desk-2", "supervisor"];
  const [first, inspector, one, two, watch] = await Promise.all(seats.map((who) => Seat.take(browser, who)));
  await door(first);
  await begins(first);
  await agency(inspector, first, await fintech(first));
  await desk(one, two);
  await supervisor(watch);
} catch (error) {
  judge.faults += 1;
  console.log(JSON.stringify({ ok: false, check: "the walk goes through", error: String(error.stack ?? error) }));
} finally {
  await browser.close();
}
rmSync(scratch, { recursive: true, force: true });
console.log(JSON.stringify({ passed: judge.pages - Math.min(judge.faults, judge.pages), failed: judge.faults }));
process.exit(judge.faults > 0 ? 1 : 0);
