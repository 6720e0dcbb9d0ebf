// Passkeys on the two pages that offer them. Without this script, or in a browser without passkeys, the pages work
// through the identity check: what needs the script stays hidden.
"use strict";
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  // The options come with base64url texts where the browser wants bytes (WebAuthn Level 3, 5.1.9 and 5.1.10).
  const options = (asked) => {
    const inner = asked.publicKey ?? asked;
    const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
    const ready = { ...inner, challenge: bytes(inner.challenge) };
    if (inner.user) ready.user = { ...inner.user, id: bytes(inner.user.id) };
    if (inner.excludeCredentials) ready.excludeCredentials = known(inner.excludeCredentials);
    if (inner.allowCredentials) ready.allowCredentials = known(inner.allowCredentials);
    return ready;
  };

  // And the answer goes back with texts again (5.8.3).
  const answer = (made) => {
    const from = made.response;
    const response = { clientDataJSON: text(from.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (from[name]) response[name] = text(from[name]);
    }
    if (from.getTransports) response.transports = from.getTransports();
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      authenticatorAttachment: made.authenticatorAttachment ?? undefined,
      clientExtensionResults: made.getClientExtensionResults(),
      response,
    };
  };

  const post = async (place, to, body) => {
    const headers = { "content-type": "application/json", "x-csrf-token": place.dataset.csrf };
    const reply = await fetch(to, { method: "POST", headers, body: JSON.stringify(body), credentials: "same-origin" });
    if (reply.status >= 500 || reply.status === 429) throw new Error("unreachable");
    if (!reply.ok) throw new Error("refused");
    return reply.json();
  };

  const say = (place, problem) => {
    for (const one of place.querySelectorAll("[data-problem]")) one.hidden = one.dataset.problem !== problem;
  };

  const run = async (place) => {
    const lang = document.documentElement.lang;
    const name = place.querySelector("[name=name]")?.value ?? "";
    const next = place.dataset.next ?? "";
    const begun = await post(place, place.dataset.begin, { lang });
    const publicKey = options(begun.options);
    let made;
    try {
      const how = place.dataset.passkey === "create" ? "create" : "get";
      made = await navigator.credentials[how]({ publicKey });
    } catch {
      throw new Error("cancelled");
    }
    const credential = answer(made);
    const done = await post(place, place.dataset.finish, { ceremony: begun.ceremony, credential, name, lang, next });
    location.assign(done.next);
  };

  const start = async (place) => {
    const button = place.querySelector("button");
    button.disabled = true;
    say(place, "");
    try {
      await run(place);
    } catch (error) {
      say(place, ["cancelled", "refused"].includes(error.message) ? error.message : "unreachable");
    } finally {
      button.disabled = false;
    }
  };

  if (!window.PublicKeyCredential || !navigator.credentials) return;
  for (const hint of document.querySelectorAll("[data-passkey-none]")) hint.hidden = true;
  for (const place of document.querySelectorAll("[data-passkey]")) {
    place.hidden = false;
    if (place.matches("form")) {
      place.addEventListener("submit", (event) => {
        event.preventDefault();
        start(place);
      });
    } else {
      place.querySelector("button").addEventListener("click", () => start(place));
    }
  }
})();
