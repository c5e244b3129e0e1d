// How the device is set up, as all of the page shares it.

import { call, get } from "./api.js";
import { h, task } from "./dom.js";
import { on } from "./live.js";
import { t } from "./text.js";

const watchers = new Set();

/** The newest report. */
export let newest = null;

function take(report) {
  newest = report;
  for (const watcher of watchers) watcher(report);
  return report;
}

/** The device's answers to all three say everything: values, who set them, what waits. */
export const read = async () => take(await get("/api/settings"));
export const change = async (changes) => take(await call("PUT", "/api/settings", changes));
export const keep = async (secrets) => take(await call("PUT", "/api/secrets", secrets));

/** Calls `act` with each new report, also of what other pages changed. Returns what ends that. */
export function onSettings(act) {
  watchers.add(act);
  return () => watchers.delete(act);
}

const refresh = () => { if (watchers.size) read().catch(() => {}); };
on("changed", ({ what }) => { if (what === "settings") refresh(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });

/** The value at a path as in `audio.volume`. */
export const at = (tree, path) => path.split(".").reduce((value, key) => value?.[key], tree);

/** Changes that set one path. */
export const nested = (path, value) =>
  path.split(".").reduceRight((inner, key) => ({ [key]: inner }), value);

/** Whether a path, or what is below it, is among `paths`. */
export const names = (paths, path) =>
  paths.some((one) => one === path || one.startsWith(`${path}.`));

/** What to say after a path was saved. */
export const savedWords = (report, path) =>
  t(names(report.needsRestart, path) ? "core.needsRestart" : "core.saved");

const pause = (milliseconds, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, milliseconds);
  signal?.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); });
});

/** Starts the program anew, and waits until it is back. */
export async function restart(signal) {
  await call("POST", "/api/restart", undefined, { signal });
  return back(signal);
}

/** Waits until the program has started anew. */
export async function back(signal) {
  const began = Date.now();
  while (Date.now() - began < 30_000) {
    await pause(300, signal);
    try {
      const { uptimeSeconds } = await get("/api/status", { signal });
      if (uptimeSeconds * 1000 < Date.now() - began) return read();
    } catch (error) {
      if (error.name === "AbortError" || error.status === 401) throw error;
    }
  }
  throw new Error(t("core.gone"));
}

/** A button that does so; `then` is called when the device is back. */
export const restartButton = (then = () => {}) =>
  task(t("core.restart"), null, async (signal) => {
    await restart(signal);
    then();
    return t("core.restarted");
  });

/** What waits for a restart, with the button; an empty place if nothing does. */
export function waiting(report) {
  const card = h("div", {});
  // Stays when the card goes with what it was about.
  const told = h("p", { role: "status" });
  const place = h("div", { class: "waiting" }, card, told);
  let shown = null;
  const show = ({ needsRestart }) => {
    const keys = needsRestart.join(", ");
    if (keys === shown) return;
    shown = keys;
    if (keys) told.textContent = "";
    card.replaceChildren(...!keys ? [] : [h("div", { class: "card" },
      h("p", {}, t("core.waitsForRestart", { keys })),
      restartButton(() => { told.textContent = t("core.restarted"); }))]);
  };
  if (report) show(report);
  return { element: place, update: show };
}

/** Says that what is typed here can be read on the way; null where it cannot. */
export function plainWarning(tlsPort) {
  if (location.protocol === "https:") return null;
  const url = `https://${location.hostname}${tlsPort === 443 ? "" : `:${tlsPort}`}/${location.hash}`;
  return h("p", { class: "card warning" }, t("core.plain"), " ",
    tlsPort ? h("a", { href: url }, t("core.plainOffer")) : t("core.plainNone"));
}
