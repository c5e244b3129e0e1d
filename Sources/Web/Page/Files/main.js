// The frame of the page: who is there, which view is shown, whether the device can be reached.

import * as api from "./api.js";
import { h, stopTasks } from "./dom.js";
import * as live from "./live.js";
import { choose, t } from "./text.js";

/** A view is a module whose `show(place, words)` fills `place` and may return what ends it. */
const views = ["now", "setup", "settings", "voices", "history", "talk", "security", "system"];

const main = document.getElementById("main");
const nav = document.getElementById("nav");
let end = null;
let shown = 0;
let isInside = false;

function links(current) {
  nav.setAttribute("aria-label", t("core.nav"));
  nav.replaceChildren(
    h("ul", {}, views.map((view) =>
      h("li", {}, h("a", { href: `#${view}`, "aria-current": view === current && "page" },
        t(`view.${view}`))))));
  nav.hidden = false;
}

/** Shows a view in the place of the one before. */
async function show(name, words) {
  const turn = ++shown;
  const view = await import(`./views/${name}.js`);
  // Another was asked for meanwhile.
  if (turn !== shown) return;
  end?.();
  stopTasks();
  end = null;
  const place = h("div", { class: `view ${name}` });
  main.replaceChildren(place);
  if (isInside) links(name);
  else nav.hidden = true;
  document.title = `${t(`view.${name}`)} – ${document.getElementById("name").textContent}`;
  const ending = await view.show(place, words);
  if (turn === shown) end = ending ?? null;
  else ending?.();
}

/** Shows what the address asks for. */
function showAsked() {
  const [name, ...words] = location.hash.slice(1).split("/");
  return show(views.includes(name) ? name : "now", words);
}

function follow() {
  if (location.hash === "#main") return;
  showAsked()
    // Who uses a keyboard or a screen reader is taken to what they asked for.
    .then(() => main.focus(), (error) => {
      if (!(error instanceof api.Refusal)) console.error(error);
      main.replaceChildren(h("p", { role: "alert" },
        error instanceof api.Refusal ? error.message : t("core.unreachable")));
    });
}

/**
 * Whoever is logged in sees the views; others how to become so. `wasAsked`: somebody who is here
 * has just done what it takes, and is taken to what they get.
 */
export async function enter(wasAsked = false) {
  try {
    const status = await api.get("/api/status");
    live.tell("status", status);
    isInside = true;
    live.start();
    await showAsked();
    if (wasAsked) main.focus();
  } catch (error) {
    if (error.status === 401 || error.status === 403) return leave();
    retry(error);
  }
}

async function leave() {
  isInside = false;
  live.stop();
  try {
    const standing = await api.get("/api/claim");
    await show("entry", [standing]);
  } catch (error) {
    retry(error);
  }
}

function retry(error) {
  main.replaceChildren(h("p", { role: "alert" }, error.message));
  setTimeout(() => enter(), 2000);
}

choose(localStorage.getItem("language") ?? navigator.language);
document.getElementById("skip").textContent = t("core.skip");
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
live.on("status", ({ name }) => { document.getElementById("name").textContent = name; });
live.onConnection((isOpen) => {
  document.getElementById("connection").textContent = isOpen || !isInside ? "" : t("core.offline");
});
api.onLogOut(() => { if (isInside) leave(); });
addEventListener("hashchange", () => { if (isInside) follow(); });
enter();
