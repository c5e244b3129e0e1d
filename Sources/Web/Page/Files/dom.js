// Elements. Whatever people, models or providers said comes in as text, and never as markup.

import { foreign } from "./api.js";
import { language, t } from "./text.js";

/**
 * An element. Attributes that begin with `on` are listeners, `false`, null and undefined leave one
 * away; a child is a node, a text, a list of both, or nothing.
 */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

let fields = 0;

/** A label with what it names, and a note that is read with it. */
export function field(label, input, note) {
  input.id ||= `field-${++fields}`;
  const parts = [h("label", { for: input.id }, label), input];
  if (note) {
    parts.push(h("p", { class: "note", id: `${input.id}-note` }, note));
    input.setAttribute("aria-describedby", `${input.id}-note`);
  }
  return h("div", { class: "field" }, parts);
}

/** A select of `[value, words]` pairs. */
export function choice(pairs, value, attributes = {}) {
  const select = h("select", attributes, pairs.map(([key, words]) => h("option", { value: key }, words)));
  select.value = value;
  return select;
}

/** Words, or what went wrong, in the language they are in. */
function say(element, text, isBad = false) {
  element.textContent = text;
  element.lang = foreign.has(text) ? "en" : language();
  element.classList.toggle("bad", isBad);
}

/** What a form or a test says of itself, read aloud when it changes. */
export function outcome() {
  const words = h("span", { class: "outcome", role: "status" });
  return {
    element: words,
    tell: (text, isBad) => say(words, text, isBad),
  };
}

/**
 * Has `down` and `up` called while a finger or a key is on a button, and `tap` for a click that comes
 * by itself, as a screen reader makes it. Returns what lets go of it.
 */
export function pressed(button, down, up, tap) {
  let isDown = false;
  let changed = 0;
  const turn = (to) => {
    if (isDown === to) return;
    isDown = to;
    changed = Date.now();
    button.classList.toggle("down", to);
    (to ? down : up)();
  };
  const release = () => turn(false);
  button.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    button.setPointerCapture(event.pointerId);
    turn(true);
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) {
    button.addEventListener(name, release);
  }
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  for (const name of ["keydown", "keyup"]) {
    button.addEventListener(name, (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (!event.repeat) turn(name === "keydown");
    });
  }
  // One that follows a finger or a key says nothing new.
  button.addEventListener("click", () => {
    if (!isDown && Date.now() - changed > 700) tap();
  });
  return release;
}

const running = new Set();

/** Ends what still runs of a view that is left. */
export function stopTasks() {
  for (const task of running) task.abort();
  document.querySelector("dialog")?.close();
}

/** Does what a button is for, which cannot be pushed again meanwhile, and tells what came of it. */
async function run(button, place, act) {
  button.setAttribute("aria-disabled", "true");
  say(place, "");
  try {
    const told = await act();
    if (told) place.replaceChildren(told);
  } catch (error) {
    if (error.name !== "AbortError") say(place, error.message, true);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

/**
 * A button for what takes long: meanwhile there is one that cancels it and, where it is known how
 * long it takes, how far it is. `act(signal)` gives words or a node for below.
 */
export function task(label, seconds, act, attributes = {}) {
  const place = h("div", { class: "outcome", role: "status" });
  const start = h("button", { type: "button", ...attributes }, label);
  let controller = null;
  const cancel = h("button", {
    type: "button", class: "plain", hidden: true,
    onclick: () => controller?.abort(),
  }, t("core.cancel"));
  const bar = h("progress", { hidden: true, "aria-label": label, max: seconds ?? undefined });
  start.addEventListener("click", async () => {
    if (controller) return;
    const mine = controller = new AbortController();
    running.add(mine);
    cancel.hidden = bar.hidden = false;
    const began = Date.now();
    const tick = setInterval(() => {
      if (seconds) bar.value = Math.min(seconds, (Date.now() - began) / 1000);
    }, 100);
    await run(start, place, () => act(mine.signal));
    clearInterval(tick);
    running.delete(mine);
    controller = null;
    const hadFocus = document.activeElement === cancel;
    cancel.hidden = bar.hidden = true;
    if (hadFocus) start.focus();
  });
  return h("div", { class: "task" },
    h("div", { class: "row" }, start, cancel, bar), place);
}

/** What a test found, as the device tells it. */
export function findings(report) {
  return h("ul", { class: "findings" }, report.findings.map(({ verdict, found, remedy }) =>
    h("li", { class: verdict },
      h("strong", {}, t(`core.verdict.${verdict}`)), " ", h("span", { lang: "en" }, found),
      remedy && h("p", { class: "note", lang: "en" }, remedy))));
}

/**
 * A button that does something that takes a while: it cannot be pushed again meanwhile, and what
 * goes wrong is told beside it. `act` may return words.
 */
export function action(label, act, attributes = {}) {
  const words = h("span", { class: "outcome", role: "status" });
  const button = h("button", { type: "button", ...attributes }, label);
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    run(button, words, act);
  });
  return h("span", { class: "action" }, button, words);
}

/** Asks before what cannot be undone. Resolves to whether it is to be done. */
export function sure(question, yes) {
  return new Promise((resolve) => {
    const words = h("p", { id: "question" }, question);
    const no = h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("core.cancel"));
    const button = h("button", { type: "button", class: "danger", onclick: () => dialog.close("yes") }, yes);
    const dialog = h("dialog", { "aria-labelledby": "question" }, words, h("p", { class: "row" }, no, button));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}

/** Saves what the page has as a file of the reader's. */
export function save(name, blob) {
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Names and values, as pairs; what is null is left away. */
export const facts = (pairs) =>
  h("dl", {}, pairs.filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));

/** Where focus goes when what had it is gone. */
export function focusOn(element) {
  element.tabIndex = -1;
  element.focus();
}
