// What was asked and answered: to find, to hear, to delete, and to see where the time went.

import { call, get } from "../api.js";
import { action, choice, facts, field, focusOn, h, sure } from "../dom.js";
import * as live from "../live.js";
import { has, locale, seconds, t, when } from "../text.js";

const page = 50;
const stages = ["speechToText", "languageModel", "textToSpeech"];
const speeds = [0.75, 1, 1.25, 1.5, 2];

export async function show(place) {
  const title = h("h1", {}, t("view.history"));
  const search = h("input", { type: "search", maxlength: 200, autocomplete: "off" });
  const found = h("p", { role: "status", class: "note" });
  const chart = h("div");
  const list = h("ul", { class: "turns" });
  const more = h("div");
  const end = h("div");
  place.append(
    title,
    h("form", { role: "search", onsubmit: (event) => { event.preventDefault(); begin(); } },
      field(t("history.search"), search)),
    found, list, more, chart, end);

  /** What is shown, by its id: what is open stays open when the list is read anew. */
  let rows = new Map();
  let next = null;
  let speed = 1;
  let asked = 0;

  const path = (from) => {
    const query = new URLSearchParams({ limit: page });
    if (search.value.trim()) query.set("text", search.value.trim());
    if (from) query.set("from", from);
    return `/api/turns?${query}`;
  };

  /** Reads the list from its beginning. */
  async function begin() {
    const turn = ++asked;
    try {
      const wanted = Math.max(page, rows.size);
      const turns = [];
      let answer;
      do {
        answer = await get(path(answer?.next));
        turns.push(...answer.turns);
      } while (answer.next && turns.length < wanted);
      if (turn !== asked) return;
      next = answer.next;
      const before = rows;
      rows = new Map(turns.map((one) => [one.id, rowOf(one, before.get(one.id))]));
      // What plays must not be taken out and put in again.
      for (const [id, row] of before) if (rows.get(id)?.element !== row.element) row.element.remove();
      [...rows.values()].forEach(({ element }, index) => {
        if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
      });
      tellAll();
    } catch (error) {
      if (turn === asked) tellTrouble(error);
    }
  }

  async function goOn() {
    const turn = asked;
    const answer = await get(path(next));
    if (turn !== asked) return;
    next = answer.next;
    const added = answer.turns.filter(({ id }) => !rows.has(id)).map((one) => [one.id, rowOf(one)]);
    for (const [id, row] of added) {
      rows.set(id, row);
      list.append(row.element);
    }
    tellAll();
    added[0]?.[1].element.querySelector("summary").focus();
  }

  function tellTrouble(error) {
    found.textContent = error.message;
    found.classList.add("bad");
  }

  function tellAll() {
    const count = rows.size;
    found.classList.remove("bad");
    found.textContent = count ? t(next ? "history.first" : count === 1 ? "history.one" : "history.count", { count })
      : search.value.trim() ? t("history.notFound") : t("now.nothing");
    more.replaceChildren(...(next ? [action(t("history.more"), goOn, { class: "plain" })] : []));
    const turns = [...rows.values()].map(({ turn }) => turn);
    chart.replaceChildren(...(count ? [h("h2", {}, t("history.latency")), times(turns)] : []));
    end.replaceChildren(...(count && !search.value.trim() ? [
      h("h2", {}, t("history.all")),
      turns.some((one) => one.question || one.answer) ? [] : h("p", { class: "note" }, t("history.noSound"), " ", h("a", { href: "#settings/history" }, t("view.settings"))),
      action(t("history.deleteAll"), async () => {
        if (!(await sure(t("history.sureAll"), t("history.deleteAll")))) return;
        await call("DELETE", "/api/turns");
        await begin();
        focusOn(title);
      }, { class: "danger" }),
    ].flat() : []));
  }

  function rowOf(turn, before) {
    // What is over does not change any more.
    if (before && JSON.stringify(before.turn) === JSON.stringify(turn)) return before;
    const outcome = turn.outcome ?? "open";
    const details = h("details", {},
      h("summary", {},
        h("h2", { class: "question" }, turn.transcript || turn.reply || t(`now.outcome.${outcome}`)),
        " ", h("span", { class: "note" }, when(turn.at), " · ", source(turn),
          outcome !== "answered" && (turn.transcript || turn.reply) && h("span", { class: outcome === "failed" && "bad" }, " · ", t(`now.outcome.${outcome}`)))));
    details.addEventListener("toggle", () => {
      if (details.open && details.childElementCount === 1) details.append(inside(turn));
    });
    if (before?.element.firstChild.open) details.open = true;
    return { turn, element: h("li", { class: "card" }, details) };
  }

  const source = (turn) => {
    const name = has(`history.source.${turn.source}`) ? t(`history.source.${turn.source}`) : turn.source;
    return turn.user ? `${name} (${turn.user})` : name;
  };

  function inside(turn) {
    const sounds = [["question", turn.question], ["answer", turn.answer]].filter(([, path]) => path)
      .map(([kind, path]) => sound(turn, kind, path));
    const names = stages.map((stage) => [t(`set.${stage}`), turn.providers[stage]]);
    return h("div", {},
      turn.reply && h("p", { class: "reply" }, turn.reply),
      turn.failure && h("p", { class: "bad" }, turn.failure),
      h("div", { class: "fields" }, sounds), sounds.length > 0 && speedChoice(),
      turn.timeline.length > 1 && [h("h3", {}, t("history.times")), waterfall(turn.timeline)],
      facts(names),
      action(t("history.delete"), async () => {
        if (!(await sure(t("history.sure", { question: turn.transcript || when(turn.at) }), t("core.delete")))) return;
        const following = rows.get(turn.id).element.nextElementSibling?.querySelector("summary");
        await call("DELETE", `/api/turns/${turn.id}`);
        await begin();
        following?.isConnected ? following.focus() : focusOn(title);
      }, { class: "danger" }));
  }

  function sound(turn, kind, path) {
    const label = t(`history.${kind}Of`, { question: turn.transcript || when(turn.at) });
    const audio = h("audio", { controls: true, preload: "none", src: path, "aria-label": label });
    audio.playbackRate = audio.defaultPlaybackRate = speed;
    const trouble = h("p", { class: "bad", role: "status" });
    audio.addEventListener("error", () => { trouble.textContent = t("history.unplayable"); });
    const stamp = (turn.at ?? turn.id).replace(/[^\w-]/g, "-");
    return h("div", { class: "sound" }, h("h3", {}, t(`history.${kind}`)), audio,
      h("a", { class: "button", href: path, download: `${stamp}-${kind}.wav`, "aria-label": `${t("history.download")}: ${label}` }, t("history.download")),
      trouble);
  }

  /** One speed for all that is heard here. */
  function speedChoice() {
    const select = choice(speeds.map((one) => [one, `${new Intl.NumberFormat(locale()).format(one)} ×`]), speed, { class: "speed" });
    select.addEventListener("change", () => {
      speed = Number(select.value);
      for (const audio of list.querySelectorAll("audio")) audio.playbackRate = audio.defaultPlaybackRate = speed;
      for (const other of list.querySelectorAll("select.speed")) other.value = select.value;
    });
    return field(t("history.speed"), select);
  }

  let typing;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(begin, 250);
  });
  const ends = [
    live.on("turn", begin), live.on("changed", ({ what }) => what === "turns" && begin()), live.onReturn(begin),
    () => clearTimeout(typing), () => { asked++; },
  ];
  await begin();
  return () => ends.forEach((act) => act());
}

// MARK: Where the time went

const svg = (name, attributes, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

const label = (step) => (has(`step.${step}`) ? t(`step.${step}`) : step);

/** One turn: a row for each step, from the one before to it. */
function waterfall(timeline) {
  const first = timeline[0].milliseconds;
  const whole = Math.max(1, timeline.at(-1).milliseconds - first);
  const rows = timeline.slice(1).map(({ step, milliseconds }, index) => {
    const from = timeline[index].milliseconds - first;
    const to = milliseconds - first;
    const width = Math.max(0.6, ((to - from) / whole) * 100);
    const bar = svg("svg", { class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { class: `stage-${step}`, x: Math.min(99.4, (from / whole) * 100), y: 1, width, height: 6 }));
    return h("tr", {}, h("th", { scope: "row" }, label(step)), h("td", { class: "wide" }, bar),
      h("td", { class: "number" }, seconds(to - from)), h("td", { class: "number" }, seconds(to)));
  });
  return h("table", { class: "waterfall" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("times.step")),
      h("th", { scope: "col", class: "wide" }, h("span", { class: "hidden" }, t("times.bar"))),
      h("th", { scope: "col", class: "number" }, t("times.took")), h("th", { scope: "col", class: "number" }, t("times.at")))),
    h("tbody", {}, rows));
}

/** How long somebody waited: from the button let go, or the end of speech, to the first sound; null if not so. */
function waited({ timeline }) {
  const at = Object.fromEntries(timeline.map(({ step, milliseconds }) => [step, milliseconds]));
  const from = at.released ?? at.captureEnded;
  return from === undefined || at.firstPlayed === undefined ? null : Math.max(0, at.firstPlayed - from);
}

/** What people waited, from the oldest of `turns` to the newest. They come newest first. */
function times(turns) {
  const all = turns.map(waited).filter((time) => time !== null).reverse();
  if (!all.length) return h("p", { class: "note" }, t("times.none"));
  const sorted = [...all].sort((one, other) => one - other);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  const most = sorted.at(-1);
  const words = t(all.length === 1 ? "times.one" : "times.summary",
    { count: all.length, middle: seconds(middle), least: seconds(sorted[0]), most: seconds(most) });
  if (all.length === 1) return h("p", {}, words);
  const step = 100 / all.length;
  const height = (time) => Math.max(0.5, (time / most) * 38);
  const line = 40 - height(middle);
  return h("figure", { class: "times" },
    svg("svg", { viewBox: "0 0 100 40", preserveAspectRatio: "none", role: "img", "aria-label": words },
      ...all.map((time, index) => svg("rect", {
        class: "time", x: index * step + step * 0.1, y: 40 - height(time), width: step * 0.8, height: height(time) })),
      svg("line", { class: "middle", x1: 0, x2: 100, y1: line, y2: line, "vector-effect": "non-scaling-stroke" })),
    h("figcaption", {}, words));
}
