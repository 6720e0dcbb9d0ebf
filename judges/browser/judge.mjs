// One page as a person's browser shows it: a picture, what axe-core finds, what the console said, and whether anything
// is wider than the screen.
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import puppeteer from "puppeteer-core";

const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };

// Without touch: a change of it would load the page anew and fold what was opened.
export const widths = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } };

// Chromium without calls of its own; `spki` are SHA-256 hashes (base64) of keys whose certificates are accepted.
export async function launch(spki = []) {
  const trust = spki.length > 0 ? [`--ignore-certificate-errors-spki-list=${spki.join(",")}`] : [];
  return puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=ko",
      ...trust,
    ],
  });
}

// Keeps what the console of a page says that is an error; the answer is a function that hands it out once.
export function listen(page) {
  let said = [];
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("console", (message) => {
    // A page that says 422 because a form is to be mended is no fault.
    const isOwnStatus = message.text().includes("status of 4") && message.location().url === page.url();
    if (message.type() === "error" && !isOwnStatus) said.push(`${message.text()} (${message.location().url ?? ""})`);
  });
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "";
    if (why !== "net::ERR_ABORTED") said.push(`${why} ${request.url()}`);
  });
  return () => {
    const all = said;
    said = [];
    return all;
  };
}

export class Judge {
  constructor(out) {
    this.out = out;
    this.faults = 0;
    this.pages = 0;
    mkdirSync(out, { recursive: true });
  }

  // Judges what stands in `page` now, at both widths in both schemes, and prints one line for each. With `few`, once
  // at each width, in different schemes.
  async look(page, name, errors, few = false) {
    for (const [size, viewport] of Object.entries(widths)) {
      await page.setViewport({ deviceScaleFactor: 1, ...viewport });
      const one = size === "phone" ? ["light"] : ["dark"];
      for (const scheme of few ? one : ["light", "dark"]) {
        await page.emulateMediaFeatures([
          { name: "prefers-color-scheme", value: scheme },
          { name: "prefers-reduced-motion", value: "reduce" },
        ]);
        await page.evaluate(() => document.fonts.ready);
        this.tell(await this.one(page, { name, size, scheme }, errors()));
      }
    }
  }

  // Opens everything that is folded; whether there was anything.
  async unfold(page) {
    return page.evaluate(() => {
      const folded = document.querySelectorAll("details:not([open])");
      for (const one of folded) one.open = true;
      return folded.length > 0;
    });
  }

  async one(page, { name, size, scheme }, errors) {
    await page.screenshot({ path: join(this.out, `${name}.${size}.${scheme}.png`), fullPage: true });
    await page.evaluate(`typeof axe === "undefined" && (() => { ${axeSource} })()`);
    const found = await page.evaluate((rules) => axe.run(document, { ...rules, resultTypes: ["violations"] }), rules);
    const finding = (violation) => ({
      rule: violation.id,
      impact: violation.impact,
      at: violation.nodes.slice(0, 3).map((node) => node.target.join(" ")),
      why: violation.nodes[0]?.failureSummary,
    });
    const measured = await page.evaluate(measure);
    return { page: name, size, scheme, ...measured, errors, findings: found.violations.map(finding) };
  }

  tell(line) {
    const grave = line.findings.filter((finding) => ["serious", "critical"].includes(finding.impact));
    const bad = grave.length > 0 || line.errors.length > 0 || line.overflow > 0 || line.small.length > 0;
    this.pages += 1;
    this.faults += bad ? 1 : 0;
    console.log(JSON.stringify({ ok: !bad, ...line }));
  }
}

// Runs in the page: how far it is wider than the screen, which targets are smaller than 24 px (WCAG 2.5.8), and how
// much of it came over the wire without fonts.
function measure() {
  const overflow = Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const small = [];
  for (const one of document.querySelectorAll("a, button, summary, input:not([type=hidden]), select")) {
    const box = one.getBoundingClientRect();
    const inText = one.matches("p a, dd a, li a:not(.contents a)");
    const unseen = box.width === 0 || one.matches(".skip");
    if (!unseen && !inText && (box.height < 24 || box.width < 24)) small.push(one.outerHTML.slice(0, 80));
  }
  const entries = [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")];
  const bytes = (some) => some.reduce((sum, entry) => sum + (entry.decodedBodySize ?? 0), 0);
  const isFont = (entry) => entry.name.endsWith(".woff2");
  return {
    title: document.title,
    lang: document.documentElement.lang,
    bytes: bytes(entries.filter((entry) => !isFont(entry))),
    font_bytes: bytes(entries.filter(isFont)),
    overflow,
    small,
  };
}
