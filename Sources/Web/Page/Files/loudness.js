// How loud it is: the volume, whether the microphone is muted, and a meter of what it hears.

import * as live from "./live.js";
import { get } from "./api.js";
import { action, field, h, outcome } from "./dom.js";
import { change, savedWords } from "./store.js";
import { t } from "./text.js";

/** The volume, set at once. `end` is to be called when it is not shown any more. */
export function volume() {
  const told = outcome();
  const number = h("output", {});
  const input = h("input", { type: "range", min: 0, max: 100, step: 1 });
  let waits = null;
  const show = (value) => {
    // A finger on it is right.
    if (waits || value === undefined) return;
    input.value = value;
    number.value = `${value} %`;
  };
  const save = async () => {
    waits = null;
    try {
      const value = Number(input.value);
      told.tell(savedWords(await change({ audio: { volume: value } }), "audio.volume"));
    } catch (error) {
      told.tell(error.message, true);
    }
  };
  input.addEventListener("input", () => {
    number.value = `${input.value} %`;
    told.tell("");
    clearTimeout(waits);
    waits = setTimeout(save, 300);
  });
  show(live.last.controls?.volume ?? live.last.status?.volume);
  const ends = [
    live.on("controls", (controls) => show(controls.volume)),
    live.on("status", (status) => show(status.volume)),
  ];
  const place = field(t("loud.volume"), input);
  place.append(number, told.element);
  place.classList.add("volume");
  return { element: place, end: () => ends.forEach((end) => end()) };
}

/** Mutes the microphone, and back. */
export function mute() {
  let isMuted = false;
  const button = action("", async () => {
    // The event may come before the answer.
    const wanted = !isMuted;
    await change({ audio: { muted: wanted } });
    show(wanted);
  }, { class: "plain" });
  const label = button.querySelector("button");
  function show(muted) {
    if (muted === undefined) return;
    isMuted = muted;
    label.textContent = t(muted ? "loud.unmute" : "loud.mute");
  }
  show(live.last.controls?.muted ?? live.last.status?.muted ?? false);
  const ends = [
    live.on("controls", (controls) => show(controls.muted)),
    live.on("status", (status) => show(status.muted)),
  ];
  return { element: button, end: () => ends.forEach((end) => end()) };
}

/** A meter of what the device's microphone hears, while somebody listens to it. */
export function level() {
  const meter = h("meter", { min: -60, max: 0, low: -50, high: -3, optimum: -20, value: -60,
    "aria-label": t("loud.level") });
  let fall = null;
  const end = live.on("level", ({ decibels }) => {
    meter.value = decibels;
    clearTimeout(fall);
    fall = setTimeout(() => { meter.value = -60; }, 500);
  });
  return { element: meter, end };
}

/** Reads anew how things are, for whoever comes back to the page. */
export async function look() {
  const status = await get("/api/status");
  live.tell("status", status);
  return status;
}
