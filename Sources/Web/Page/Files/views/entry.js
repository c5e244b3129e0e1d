// The way in: a new device is claimed, and browsers that are not known give its password.

import { call, get } from "../api.js";
import { field, focusOn, h, outcome } from "../dom.js";
import { enter } from "../main.js";
import { plainWarning } from "../store.js";
import { t } from "../text.js";

/** `standing`: what the device says of its owner. */
export const show = (place, [standing]) =>
  standing.claimed ? logIn(place, standing) : claim(place, standing);

/** A field for one, by whose `input` it is read. */
export function password(label, isNew, note) {
  const input = h("input", {
    type: "password", autocomplete: isNew ? "new-password" : "current-password", required: true,
    minlength: isNew ? 8 : null, maxlength: 256, autocapitalize: "off", spellcheck: "false",
  });
  return { element: field(label, input, note), input };
}

/** Shows what is typed into all of `inputs`. */
export function reveal(inputs) {
  const box = h("input", { type: "checkbox", onchange: () => {
    for (const input of inputs) input.type = box.checked ? "text" : "password";
  } });
  return h("label", { class: "check" }, box, t("password.show"));
}

/** For the password managers of browsers: they want to know whose it is. */
export const owner = () => h("input", { type: "text", autocomplete: "username", value: "pressel",
  hidden: true, readonly: true, "aria-hidden": "true", tabindex: -1 });

function logIn(place, { tlsPort }) {
  const { element, input } = password(t("login.password"), false);
  const told = outcome();
  place.append(h("h1", {}, t("login.title")), plainWarning(tlsPort) ?? "",
    h("form", { onsubmit: async (event) => {
      event.preventDefault();
      told.tell("");
      try {
        await call("POST", "/api/login", { password: input.value });
        await enter(true);
      } catch (error) {
        told.tell(error.message, true);
        input.select();
      }
    } }, owner(), element, reveal([input]),
    h("p", {}, h("button", {}, t("login.title")), " ", told.element)),
    h("details", {}, h("summary", {}, t("login.forgotten")), h("p", {}, t("login.help"))));
  input.focus();
}

/** The claim that was asked for in this window: it goes on after the page was read anew. */
const kept = "claim";

async function claim(place, { how, tlsPort }) {
  const step = h("div", {});
  let timer = null;
  place.append(h("h1", {}, t("view.entry")), h("p", {}, t("claim.welcome")),
    plainWarning(tlsPort) ?? "", step);

  const form = (submit, ...children) => h("form", { onsubmit: (event) => {
    event.preventDefault();
    submit();
  } }, children);

  /** Who was here already is taken to what is new. */
  function draw(title, ...children) {
    clearInterval(timer);
    const wasHere = step.firstChild;
    const head = h("h2", {}, t(title));
    step.replaceChildren(head, ...children);
    const input = step.querySelector("input:not([hidden])");
    if (wasHere) input ? input.focus() : focusOn(head);
  }

  function begin(problem) {
    const told = outcome();
    draw("claim.first", h("p", {}, t(how === "button" ? "claim.byButton" : "claim.byCode")),
      h("p", {}, h("button", { type: "button", onclick: () =>
        ask().catch((error) => told.tell(error.message, true)) }, t("claim.ask"))), told.element);
    if (!problem) return;
    sessionStorage.removeItem(kept);
    told.tell(problem, true);
  }

  /** A request that goes on already is gone on with; there is one at a time. */
  async function ask() {
    let claim = sessionStorage.getItem(kept);
    try {
      claim = claim && await call("POST", "/api/claim", { claim });
    } catch (error) {
      if (error.status !== 409) throw error;
      claim = null;
    }
    if (claim?.state === "agreed") return choosePassword();
    if (!claim) {
      claim = await call("POST", "/api/claim", {});
      sessionStorage.setItem(kept, claim.claim);
    }
    wait(claim);
  }

  /** Until somebody has agreed at the device. */
  function wait(claim) {
    const end = Date.now() + (claim.expiresInSeconds ?? 120) * 1000;
    const bar = h("progress", { max: claim.expiresInSeconds ?? 120, value: 0,
      "aria-label": t("claim.timeLeft") });
    const told = outcome();
    const again = h("button", { type: "button", class: "plain", onclick: () => begin() },
      t("core.cancel"));
    async function look(code) {
      try {
        const { state } = await call("POST", "/api/claim", { claim: sessionStorage.getItem(kept), code });
        if (!told.element.isConnected) return;
        told.tell("");
        if (state === "agreed") choosePassword();
      } catch (error) {
        if (!told.element.isConnected) return;
        if (error.status === 409 || error.code === "already_claimed") return lost(error);
        told.tell(error.message, true);
      }
    }
    if (claim.how === "button") {
      draw("claim.hold", h("p", { role: "status" }, t("claim.holdHow")), bar, told.element, h("p", {}, again));
    } else {
      const code = h("input", { autocomplete: "one-time-code", inputmode: "numeric",
        required: true, maxlength: 20, autocapitalize: "off" });
      draw("claim.code", h("p", {}, t("claim.codeHow")), h("pre", {}, "journalctl -u pressel | grep code"),
        form(() => look(code.value), field(t("claim.codeLabel"), code),
          h("div", { class: "row" }, h("button", {}, t("claim.next")), again)),
        told.element, bar);
    }
    timer = setInterval(() => {
      bar.value = bar.max - Math.max(0, (end - Date.now()) / 1000);
      if (Date.now() > end) return begin(t("claim.expired"));
      if (claim.how === "button") look();
    }, 1000);
  }

  /** Another browser may have been quicker. */
  async function lost(error) {
    const { claimed } = await get("/api/claim").catch(() => ({}));
    if (claimed) return enter(true);
    begin(error.message);
  }

  function choosePassword() {
    const first = password(t("login.password"), true, t("claim.passwordNote"));
    const second = password(t("claim.again"), true);
    const told = outcome();
    draw("claim.choose", form(async () => {
        if (first.input.value !== second.input.value) {
          told.tell(t("claim.differ"), true);
          second.input.focus();
          return;
        }
        try {
          await call("POST", "/api/claim",
            { claim: sessionStorage.getItem(kept), password: first.input.value });
          sessionStorage.removeItem(kept);
          location.hash = "setup";
          await enter(true);
        } catch (error) {
          if (error.status === 409) return lost(error);
          told.tell(error.message, true);
        }
      }, owner(), first.element, second.element, reveal([first.input, second.input]),
      h("p", {}, h("button", {}, t("claim.finish")), " ", told.element)));
  }

  begin();
  if (sessionStorage.getItem(kept)) await ask().catch(() => {});
  return () => clearInterval(timer);
}
