// What happens on the device, while it happens: one stream for the whole page.

import { get } from "./api.js";

const names = [
  "status", "state", "light", "level", "transcript", "reply", "turn", "devices", "controls", "changed",
];
/** What `changed` tells of. */
const kinds = ["settings", "voices", "turns", "sessions", "keys"];
const listeners = new Map(names.map((name) => [name, new Set()]));
let source = null;
let isOpen = false;
let wasHeard = false;
let timer = null;
let pause = 2000;
const watchers = new Set();

/** The newest of each event that tells how things are. */
export const last = {};

function change(open) {
  if (open === isOpen) return;
  isOpen = open;
  for (const watcher of watchers) watcher(open);
}

/** Has everybody know of an event, also of one that was asked for and not waited for. */
export function tell(name, value) {
  last[name] = value;
  // It says all of this, and is newer.
  if (name === "status") last.controls = last.devices = undefined;
  for (const listener of listeners.get(name)) listener(value);
}

/** Begins; the browser comes back by itself when the stream ends. */
export function start() {
  if (source) return;
  source = new EventSource("/api/events");
  source.onopen = () => {
    pause = 2000;
    change(true);
  };
  source.onerror = () => {
    change(false);
    // A browser gives up for good on an answer that is no stream; the device may come back.
    if (source?.readyState === EventSource.CLOSED) later();
  };
  for (const name of names) {
    source.addEventListener(name, (event) => {
      tell(name, JSON.parse(event.data));
      if (name !== "status") return;
      // What was changed meanwhile nobody has told.
      if (wasHeard) for (const what of kinds) tell("changed", { what });
      wasHeard = true;
    });
  }
}

/** Whose session is over learns it by asking, and is not let in again. */
function later() {
  stop();
  timer = setTimeout(() => get("/api/status").then(start, (error) => error.status === 401 || later()), pause);
  pause = Math.min(2 * pause, 60_000);
}

export function stop() {
  clearTimeout(timer);
  source?.close();
  source = null;
  change(false);
}

/** Calls `act` with each event of that name. Returns what ends that. */
export function on(name, act) {
  listeners.get(name).add(act);
  return () => listeners.get(name).delete(act);
}

/** Calls `act` with whether the device can be heard of, when that changes. */
export function onConnection(act) {
  watchers.add(act);
}

/** Calls `act` when what the view shows may be old: when the reader comes back to it. */
export function onReturn(act) {
  const look = () => document.visibilityState === "visible" && act();
  document.addEventListener("visibilitychange", look);
  return () => document.removeEventListener("visibilitychange", look);
}
