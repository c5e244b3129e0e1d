// What the device does now, and a button as good as its own.

import { call, get } from "../api.js";
import { action, h, outcome, pressed } from "../dom.js";
import * as live from "../live.js";
import { level, look, mute, volume } from "../loudness.js";
import { newest, onSettings, read, waiting } from "../store.js";
import { has, t } from "../text.js";

/** The device's button: pressed as long as a finger or a key is on it. */
function button(told) {
  const label = h("span", {});
  const element = h("button", { type: "button", class: "push" }, label);
  // In order, though each goes over a connection of its own.
  let last = Promise.resolve();
  function send(what) {
    last = last.then(() => call("POST", "/api/button", { action: what }, { keepalive: true }))
      .then(() => told.tell(""), (error) => told.tell(error.message, true));
  }
  const up = pressed(element, () => send("press"), () => send("release"), () => send("tap"));
  // The page has no time to wait for an answer then.
  const leave = () => {
    last = Promise.resolve();
    up();
  };
  addEventListener("pagehide", leave);
  return {
    element,
    show(state, light, isToggle) {
      label.textContent = t([isToggle && `now.toggle.${state}`, `now.push.${state}`,
        isToggle && "now.toggle.idle", "now.push.idle"].find(has));
      element.dataset.light = light;
    },
    end() {
      up();
      removeEventListener("pagehide", leave);
    },
  };
}

const busy = ["listening", "thinking", "speaking"];

/** What was asked and answered last, as it comes. */
function exchange(isBusy) {
  const question = h("p", { class: "said" });
  const answer = h("p", { class: "said" });
  const told = h("p", { class: "note", role: "status" });
  const asked = h("div", {}, h("h3", {}, t("now.question")), question);
  const answered = h("div", {}, h("h3", {}, t("now.answer")), answer);
  const parts = h("div", { hidden: true }, asked, answered, told);
  const none = h("p", { class: "note" }, t("now.nothing"));
  let turn = null;
  function begin(number) {
    if (turn === number) return;
    turn = number;
    question.textContent = answer.textContent = told.textContent = "";
  }
  function show() {
    asked.hidden = !question.textContent;
    answered.hidden = !answer.textContent;
    parts.hidden = !question.textContent && !answer.textContent && !told.textContent;
    none.hidden = !parts.hidden;
  }
  /** The words of the newest turn that was had here. */
  async function recall(how) {
    const before = turn;
    const { turns } = await get("/api/turns?limit=20");
    const newest = turns.find((one) => one.source === "button");
    // What comes meanwhile is newer; of a turn that goes on the history knows nothing yet.
    if (!newest || turn !== before || (how ? newest.outcome !== how : isBusy() && turn !== null)) return;
    question.textContent = newest.transcript;
    answer.textContent = newest.reply;
    told.textContent = newest.failure ?? (newest.outcome === "answered" || !newest.outcome
      ? "" : t(`now.outcome.${newest.outcome}`));
    show();
  }
  const ends = [
    live.on("transcript", ({ turn: number, text }) => {
      begin(number);
      question.textContent = text;
      show();
    }),
    live.on("reply", ({ turn: number, text }) => {
      begin(number);
      answer.textContent += text;
      show();
    }),
    live.on("turn", async ({ number, outcome: how }) => {
      if (how !== "answered") begin(number);
      told.textContent = how === "answered" ? "" : t(`now.outcome.${how}`);
      show();
      // Why it failed is in the history only, and so is what was said while nobody listened here.
      await recall(how).catch(() => {});
    }),
    live.on("status", ({ state: now }) => {
      if (busy.includes(now)) return;
      // A program that was started again counts anew.
      turn = null;
      recall().catch(() => {});
    }),
  ];
  return {
    element: h("section", { class: "card exchange" }, h("h2", {}, t("now.last")), none, parts),
    end: () => ends.forEach((end) => end()),
  };
}

/** Where a device is mended that is none of sound. */
const ways = { button: "setup/button", light: "settings/lights", memory: "system" };

/** What is wrong, and the way to where it is mended. */
function troubles() {
  const list = h("ul", { class: "findings" });
  const place = h("section", { class: "card", hidden: true },
    h("h2", {}, t("now.wrong")), list);
  const asideWords = h("p", { class: "note", hidden: true }, t("now.alone"), " ",
    h("a", { href: "#setup/providers" }, t("now.aloneMend")));
  let parts = { devices: [], providers: [] };
  let archive = null;
  let problems = [];
  const wrong = (what, words, way) => h("li", { class: "fails" },
    h("strong", {}, what), " ", h("span", { lang: "en" }, words), " ",
    h("a", { href: `#${way}` }, t(`view.${way.split("/")[0]}`)));
  function show() {
    const rows = [
      ...parts.devices.filter((part) => part.problem).map((part) => wrong(
        t(`now.role.${part.role}`), part.problem, ways[part.role] ?? "setup/sound")),
      ...parts.providers.filter((part) => part.problem).map((part) => wrong(
        `${t(`now.role.${part.role}`)}: ${part.name}`, part.problem, "setup/providers")),
      ...archive?.problem ? [wrong(t("now.role.archive"), archive.problem, "settings/history")] : [],
      ...problems.map(({ key, problem }) => wrong(key, problem, `settings/${key.split(/[.[]/)[0]}`)),
    ];
    list.replaceChildren(...rows);
    place.hidden = rows.length === 0;
    const own = ["pocketsphinx", "skills", "espeak-ng"];
    asideWords.hidden = parts.providers.length === 0
      || !parts.providers.every((part) => own.includes(part.name));
  }
  const ends = [
    live.on("devices", (now) => { parts = now; show(); }),
    live.on("status", take),
    onSettings((report) => { problems = report.problems; show(); }),
  ];
  function take(status) {
    parts = status;
    archive = status.archive;
    show();
  }
  take({ ...live.last.status, ...live.last.devices });
  return { element: h("div", {}, place, asideWords), end: () => ends.forEach((end) => end()) };
}

export function show(place) {
  const told = outcome();
  let state = live.last.status?.state ?? "idle";
  let light = live.last.status?.light ?? "off";
  const push = button(told);
  const words = h("p", { class: "state", role: "status" });
  const parts = { level: level(), exchange: exchange(() => busy.includes(state)), troubles: troubles(), volume: volume(),
    mute: mute() };
  const restart = waiting();
  let isMuted = live.last.controls?.muted ?? live.last.status?.muted;
  function draw() {
    const resting = state !== "idle" ? "" : isMuted ? "muted" : light;
    const row = has(`now.light.${resting}`) ? `now.light.${resting}` : `now.state.${state}`;
    // Said anew only if it is new.
    if (words.textContent !== t(row)) words.textContent = t(row);
    push.show(state, resting || light, newest?.settings.button.mode === "toggle");
    parts.level.element.classList.toggle("quiet", state !== "listening");
  }
  draw();
  const refresh = () => Promise.all([look(), read()]).catch(() => {});
  const seen = () => { if (!document.hidden) refresh(); };
  document.addEventListener("visibilitychange", seen);
  const ends = [
    live.on("state", (event) => { state = event.state; draw(); }),
    live.on("light", (event) => { light = event.light; draw(); }),
    live.on("status", (status) => {
      ({ state, light, muted: isMuted } = status);
      draw();
    }),
    live.on("controls", ({ muted }) => { isMuted = muted; draw(); }),
    onSettings((report) => { restart.update(report); draw(); }),
    () => document.removeEventListener("visibilitychange", seen),
    push.end, ...Object.values(parts).map((part) => part.end),
  ];
  place.append(
    h("h1", {}, t("view.now")),
    parts.troubles.element, restart.element,
    h("div", { class: "stage" }, words, push.element, parts.level.element,
      told.element, h("p", { class: "note" }, t("now.hint"))),
    ...["repeat", "forget"].map((what) => action(t(`now.${what}`), async () => {
      await call("POST", "/api/button", { action: what });
      return what === "forget" && t("talk.forgotten");
    }, { class: "plain" })),
    parts.exchange.element,
    h("section", { class: "card" }, h("h2", {}, t("set.audio")),
      parts.volume.element, parts.mute.element));
  refresh();
  return () => ends.forEach((end) => end());
}
