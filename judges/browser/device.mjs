// What a walk goes about with: a device of its own, with its cookies and its authenticator.
import { createHash, X509Certificate } from "node:crypto";
import { request } from "node:https";
import { connect } from "node:tls";
import { listen } from "./judge.mjs";

// The key of the hub's certificate, checked here against the trial's authority; Chromium then accepts that key.
export async function spki(base, ca) {
  const socket = connect({ host: base.hostname, port: Number(base.port || 443), servername: base.hostname, ca });
  await new Promise((ready, failed) => socket.once("secureConnect", ready).once("error", failed));
  const certificate = new X509Certificate(socket.getPeerCertificate().raw);
  socket.end();
  return createHash("sha256").update(certificate.publicKey.export({ type: "spki", format: "der" })).digest("base64");
}

// A device: its own cookies, and with `authenticator` a platform authenticator that verifies its owner.
export class Device {
  // When a page counts as loaded.
  settled = "networkidle0";

  // `room` is what all devices share: base, ca, judge.
  static async open(browser, room, { lang, authenticator }) {
    const device = new this();
    device.room = room;
    device.context = await browser.createBrowserContext();
    device.page = await device.context.newPage();
    device.lang = lang;
    device.errors = listen(device.page);
    if (authenticator) {
      const session = await device.page.createCDPSession();
      await session.send("WebAuthn.enable");
      const options = {
        protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
        automaticPresenceSimulation: true,
      };
      await session.send("WebAuthn.addVirtualAuthenticator", { options });
    }
    return device;
  }

  async go(path) {
    const url = new URL(path, this.room.base);
    url.searchParams.set("lang", this.lang);
    const answer = await this.page.goto(url, { waitUntil: this.settled });
    return answer?.status() ?? 0;
  }

  async press(selector) {
    await this.page.waitForSelector(selector, { visible: true, timeout: 10_000 });
    await Promise.all([this.page.waitForNavigation({ waitUntil: this.settled }), this.page.click(selector)]);
  }

  // Opens what is folded, as the first of two presses.
  async unfold(selector) {
    await this.page.click(selector);
  }

  async look(name, few = false) {
    await this.room.judge.look(this.page, `${name}.${this.lang}`, this.errors, few);
  }

  async has(selector) {
    return (await this.page.$(selector)) !== null;
  }

  // What a link gives to this device; no script on the page may ask for it.
  async download(href) {
    const cookies = await this.context.cookies();
    const cookie = cookies.map((one) => `${one.name}=${one.value}`).join("; ");
    return new Promise((done, failed) => {
      const asked = request(href, { ca: this.room.ca, headers: { cookie } }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part) => (text += part));
        answer.on("end", () => done({ disposition: answer.headers["content-disposition"] ?? "", text }));
      });
      asked.on("error", failed).end();
    });
  }

  path() {
    return new URL(this.page.url()).pathname;
  }
}
