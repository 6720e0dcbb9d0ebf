// Judges every page in every state as the page tests render them:
//   NARU_PAGES=DIR cargo test -p naru-console every_page_has_a_name_of_its_own
//   node judges/browser/gallery.mjs --pages DIR --out PICTURES [--only NAME,NAME]
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename, extname, join } from "node:path";
import { parseArgs } from "node:util";
import { Judge, launch, listen } from "./judge.mjs";

const types = {
  ".html": "text/html; charset=utf-8", ".css": "text/css", ".svg": "image/svg+xml", ".js": "text/javascript",
  ".woff2": "font/woff2",
};
const text = { type: "string" };
const { values } = parseArgs({ options: { pages: text, out: text, only: { ...text, default: "" } } });
const server = createServer((request, response) => {
  try {
    const name = basename(new URL(request.url, "http://localhost").pathname);
    response.setHeader("content-type", types[extname(name)] ?? "application/octet-stream");
    response.end(readFileSync(join(values.pages, name)));
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const base = `http://localhost:${server.address().port}`;
const browser = await launch();
const judge = new Judge(values.out);
try {
  const wanted = values.only.split(",");
  const isWanted = (name) => wanted.some((only) => name.startsWith(only));
  const names = readdirSync(values.pages).filter((name) => name.endsWith(".html") && isWanted(name));
  for (const name of names) {
    const page = await browser.newPage();
    const errors = listen(page);
    await page.goto(`${base}/${name}`, { waitUntil: "networkidle0" });
    await judge.look(page, basename(name, ".html"), errors);
    if (await judge.unfold(page)) await judge.look(page, `${basename(name, ".html")}.open`, errors);
    await page.close();
  }
} finally {
  await browser.close();
  server.close();
}
console.error(`${judge.pages} looked at, ${judge.faults} with faults`);
process.exit(judge.faults > 0 ? 1 : 0);
