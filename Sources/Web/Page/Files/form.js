// Controls for what can be set, made of what the device says of it: for a setting, for a key, and
// for a chain of those who answer.

import { call, fetched, get } from "./api.js";
import texts from "./core-texts.js";
import { action, choice, field, findings, h, outcome, sure, task } from "./dom.js";
import * as live from "./live.js";
import { at, change, keep, names, nested, newest, read, savedWords } from "./store.js";
import { has, t } from "./text.js";

/** JSON Schema of all settings, read once. */
let known = null;
export const schema = () => known ??= get("/openapi.json").then(
  (api) => api.paths["/api/settings"].put.requestBody.content["application/json"].schema,
  (error) => {
    known = null;
    throw error;
  });

/** What the schema says of a path as in `audio.volume`. */
export const shapeOf = (tree, path) =>
  path.split(".").reduce((shape, key) => shape?.properties?.[key], tree);

const typesOf = (shape) => [shape.type].flat().filter((type) => type !== "null");

/** A colour is called after the state that it shows. */
export const label = (path) => t([`set.${path}`, path.replace(/.*palette/, "now.state"), path.replace(/.*palette/, "now.light")].find(has) ?? path);

/** The keys of a section in the order of the texts, which is that of their importance. */
export function inOrder(section, keys) {
  const all = Object.keys(texts);
  const place = (key) => {
    const found = all.indexOf(`set.${section}.${key}`);
    return found < 0 ? all.length : found;
  };
  return [...keys].sort((one, other) => place(one) - place(other));
}

/** A value for people. */
function shown(value) {
  if (typeof value === "boolean") return t(value ? "core.yes" : "core.no");
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/**
 * The input for a shape: its element, what it says, and how to have it say something else.
 * `choices`: pairs to choose from; `suggest`: values, beside which others may be typed.
 */
export function inputFor(shape, { suggest, choices, rows, isColour } = {}) {
  const types = typesOf(shape);
  if (choices) {
    const element = choice(choices, "");
    return { element, get: () => element.value, set: (value) => {
      // What was set by hand is kept.
      if (![...element.options].some((one) => one.value === value)) element.append(h("option", { value }, value));
      element.value = value;
    } };
  }
  if (types.includes("boolean")) {
    const element = h("input", { type: "checkbox" });
    return { element, get: () => element.checked, set: (value) => { element.checked = value === true; } };
  }
  if (shape.enum) {
    const words = shape.enum.filter((word) => word !== null);
    const optional = shape.default === undefined ? [h("option", { value: "" }, t("form.by.none"))] : [];
    const element = h("select", {}, optional, words.map((word) => h("option", { value: word },
      has(`form.word.${word}`) ? t(`form.word.${word}`) : word)));
    return { element, get: () => element.value || null, set: (value) => { element.value = value ?? ""; } };
  }
  if (types.includes("array")) {
    const element = h("textarea", { rows: 3 });
    return {
      element,
      get: () => {
        const lines = element.value.split("\n").map((line) => line.trim()).filter(Boolean);
        return lines.length ? lines : null;
      },
      set: (value) => { element.value = (value ?? []).join("\n"); },
    };
  }
  const isNumber = !types.includes("string");
  if (isColour) {
    const element = h("input", { type: "color" });
    return { element, get: () => element.value, set: (value) => { element.value = value ?? "#808080"; } };
  }
  const element = rows ? h("textarea", { rows })
    : h("input", isNumber
      ? { type: "number", min: shape.minimum, max: shape.maximum,
        step: types.includes("integer") ? 1 : "any" }
      : { type: "text", autocapitalize: "off", spellcheck: "false" });
  const lists = suggest?.length ? h("datalist", {}, suggest.map((value) =>
    h("option", { value: value.value ?? value }, value.label ?? ""))) : null;
  if (lists) {
    lists.id = `list-${Math.random().toString(36).slice(2)}`;
    element.setAttribute("list", lists.id);
  }
  return {
    element, lists,
    get: () => {
      // Of what it cannot read as a number the browser says nothing.
      if (element.validity.badInput) throw new Error(element.validationMessage);
      const text = element.value.trim();
      if (text === "") return null;
      // A line of a chip has a number or a name.
      return isNumber || (types.includes("integer") && /^\d+$/.test(text)) ? Number(text) : text;
    },
    set: (value) => { element.value = value ?? ""; },
  };
}

/** A label, an input, what is allowed, and what became of it, in their places. */
export function row(words, input, note, told) {
  const isBox = input.element.type === "checkbox";
  const place = isBox
    ? h("div", { class: "field" }, h("label", { class: "check" }, input.element, words))
    : field(words, input.element);
  if (input.lists) place.append(input.lists);
  place.append(note, told);
  note.id = `${input.element.id ||= `field-${Math.random().toString(36).slice(2)}`}-note`;
  input.element.setAttribute("aria-describedby", note.id);
  return place;
}

/**
 * A setting that is saved as soon as it is changed. `update` has it show what a report says, unless
 * somebody is just about to change it.
 */
export function setting(path, shape, options = {}) {
  const input = inputFor(shape, options);
  const told = outcome();
  const facts = h("span", {});
  const back = h("button", { type: "button", class: "small plain", onclick: () => save(() => null) },
    t("form.back"), h("span", { class: "hidden" }, ` ${label(path)}`));
  const note = h("p", { class: "note" }, facts, " ", back);
  const place = row(options.label ?? label(path), input, note, told.element);
  place.dataset.path = path;
  let isDirty = false;

  async function save(get) {
    isDirty = false;
    told.tell("");
    try {
      const report = await change(nested(path, get()));
      input.element.removeAttribute("aria-invalid");
      told.tell(savedWords(report, path));
      options.saved?.(report);
    } catch (error) {
      input.element.setAttribute("aria-invalid", "true");
      told.tell(error.message, true);
    }
  }
  input.element.addEventListener("input", () => { isDirty = true; });
  input.element.addEventListener("change", () => save(input.get));

  return {
    element: place, path,
    update(report) {
      if (isDirty && document.activeElement === input.element) return;
      if (!input.element.hasAttribute("aria-invalid")) input.set(at(report.settings, path));
      const whose = ["page", "owner", "board"].find((who) => names(report[who], path)) ?? "none";
      facts.textContent = [
        has(`note.${path}`) && t(`note.${path}`), !options.isBare && path,
        // A line of a chip has a number or a name.
        shape.minimum !== undefined && !typesOf(shape).includes("string") && t("form.between", shape),
        shape.default !== undefined && t("form.default", { value: shown(shape.default) }),
        // Where there is a default and nobody said anything, that says it.
        !options.isBare && (whose !== "none" || shape.default === undefined)
          && t(`form.by.${whose}`),
      ].filter(Boolean).join(" · ");
      // There it would do nothing.
      back.hidden = whose === "none" || whose === "board"
        || JSON.stringify(at(report.settings, path) ?? null) === JSON.stringify(shape.default ?? null);
    },
  };
}

/**
 * A field for the secret of that name. `saved(report)` is called after it was kept and may return
 * what is to be said.
 */
export function secret(name, label, saved) {
  const isKey = name !== "MICROSOFT_REGION";
  const input = h("input", { type: isKey ? "password" : "text", autocomplete: "off",
    autocapitalize: "off", spellcheck: "false", maxlength: 4096 });
  const from = outcome();
  const remove = action(t("keys.remove"), async () => {
    if (!(await sure(t("keys.sure"), t("keys.remove")))) return;
    await keep({ [name]: null });
    input.focus();
  }, { class: "plain" });
  const save = async () => {
    if (!input.value.trim()) throw new Error(t("keys.empty"));
    // Whatever was pasted around it.
    const report = await keep({ [name]: input.value.replace(/\s/g, "") });
    input.value = "";
    return await saved?.(report)
      ?? t(names(report.needsRestart, name) ? "core.needsRestart" : "core.saved");
  };
  const place = h("form", { onsubmit: (event) => {
    event.preventDefault();
    place.querySelector("button").click();
  } }, field(label ?? name, input, label && name), from.element,
  h("div", { class: "row" }, action(t("keys.save"), save), remove));
  return {
    element: place,
    update(report) {
      const source = report.secrets.find((one) => one.name === name)?.source;
      from.tell(t(`keys.from.${source ?? "none"}`));
      remove.hidden = source !== "page";
      place.dataset.source = source ?? "none";
    },
  };
}

/** Who can do what, in the order in which they lead by themselves; the device's own is last. */
export const servants = {
  speechToText: ["openai", "openai-realtime", "azure", "wyoming", "pocketsphinx"],
  languageModel: ["openai", "anthropic", "skills"],
  textToSpeech: [
    "openai", "openai-realtime", "elevenlabs", "azure", "google-translate", "wyoming", "espeak-ng",
  ],
};
export const own = { speechToText: "pocketsphinx", languageModel: "skills", textToSpeech: "espeak-ng" };
const withModels = ["openai", "openai-realtime", "anthropic", "elevenlabs"];
const withVoices = ["openai", "openai-realtime", "elevenlabs", "azure", "espeak-ng"];

/** Keys of a link that make sense at some stages only. */
const only = {
  voice: ["textToSpeech"], speed: ["textToSpeech"], instructions: ["textToSpeech"],
  transport: ["textToSpeech"], sampleRate: ["textToSpeech"], upload: ["speechToText"],
  maxTokens: ["languageModel"], maxTokensField: ["languageModel"],
  reasoningEffort: ["languageModel"], tools: ["languageModel"],
  language: ["speechToText", "textToSpeech"], region: ["speechToText", "textToSpeech"],
};

export const vendor = (name) => has(`chain.vendor.${name}`) ? t(`chain.vendor.${name}`) : name;

/** A link without what is not set. */
const plain = (link) => Object.fromEntries(
  Object.entries(link).filter(([key, value]) => value !== null && !(key === "tools" && value)));

/** Who is asked now: as set up, or else whoever has a key. */
async function linksOf(stage, report) {
  const set = report.settings[stage];
  if (set) return set.map(plain);
  const { providers } = await get("/api/status");
  return providers.filter((part) => part.role === stage && part.name !== own[stage])
    .map((part) => ({ provider: part.name }));
}

/** Sets a chain. Each is one value: whoever changes it changes what is there now, or what they saw. */
export async function edit(stage, act, seen) {
  const report = await read();
  if (seen && JSON.stringify(report.settings[stage]) !== seen) throw new Error(t("chain.stale"));
  return change({ [stage]: act(await linksOf(stage, report)).map(plain) });
}

/** Puts a link in front of a chain; of one of that provider it keeps the rest. */
export const lead = (stage, link) => edit(stage, (all) => {
  const old = all.find((one) => one.provider === link.provider);
  return [{ ...old, ...link }, ...all.filter((one) => one !== old)];
});

/** Asks whether one would serve. */
export const tested = async (body, signal) => {
  const report = await call("POST", "/api/test/provider", body, { signal });
  const words = h("div", {}, findings(report));
  if (report.healthy && report.figures.milliseconds !== undefined) {
    words.append(h("p", { class: "note" },
      t("chain.took", { time: Math.round(report.figures.milliseconds) })));
  }
  return words;
};

/** In the device's language, which may be another than the page's. */
const samples = {
  en: "Good day. This is how I sound when I answer.",
  de: "Guten Tag. So klinge ich, wenn ich antworte.",
  fr: "Bonjour. Voici ma voix quand je réponds.",
  es: "Buenos días. Así sueno cuando respondo.",
};
/** Silences the voice that is heard now: there is one at a time. */
let hush = () => {};

/** Has a voice speak a sentence. Returns what is to be said of it. */
export async function hear(provider, voice, signal) {
  hush();
  // Made at the click, or a browser keeps it silent.
  const context = new AudioContext();
  const end = new Promise((resolve, reject) => {
    hush = resolve;
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  async function speak() {
    const prompt = samples[newest.settings.language?.slice(0, 2)] ?? samples.en;
    const answer = await fetched("POST", "/text-to-speech", { prompt, voice }, { signal });
    // Who does not answer is stood in for, and that would be another voice.
    const who = /textToSpeech=([^,]+)/.exec(answer.headers.get("x-pressel-provider") ?? "")?.[1];
    const buffer = await context.decodeAudioData(await answer.arrayBuffer())
      .catch(() => { throw new Error(t("chain.noSound")); });
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.start();
    await new Promise((resolve) => { source.onended = resolve; });
    return who && who !== provider ? t("voices.standIn", { provider, who }) : null;
  }
  try {
    return await Promise.race([speak(), end]);
  } finally {
    context.close();
  }
}

/** A select that is filled when it is wanted; what it does not list can be typed. */
function pick(name, value, lists, place, load, save) {
  const select = h("select");
  const other = h("input", { type: "text", "aria-label": `${name}: ${t("chain.other")}`,
    autocapitalize: "off", spellcheck: "false" });
  const told = outcome();
  function fill(list) {
    const listed = list.some((one) => one.id === value);
    select.replaceChildren(
      h("option", { value: "" }, t("chain.byItself")),
      ...!value || listed ? [] : [h("option", { value }, value)],
      ...list.map((one) => h("option", { value: one.id }, one.words ?? one.id)),
      h("option", { value: "\u0000" }, t("chain.other")));
    select.value = value ?? "";
    other.hidden = true;
  }
  fill(lists[place] ?? []);
  async function wanted() {
    if (lists[place]) return;
    told.tell(t("core.loading"));
    try {
      fill(lists[place] = await load());
      told.tell("");
    } catch (error) {
      told.tell(error.message, true);
    }
  }
  select.addEventListener("change", () => {
    other.hidden = select.value !== "\u0000";
    if (other.hidden) save(select.value || null);
    else other.focus();
  });
  other.addEventListener("change", () => save(other.value.trim() || null));
  return { element: select, other, told: told.element, wanted };
}

/** Of one provider's lists, what is offered; throws what it says where it says nothing. */
async function listed(path, isIts) {
  const report = await get(path);
  const problem = report.problems.find(isIts);
  if (problem) throw new Error(problem.problem);
  return report.offered.filter(isIts);
}

async function models(stage, { provider, baseURL = null }) {
  const all = await listed(`/api/models?${new URLSearchParams({ stage, provider })}`,
    (one) => one.provider === provider && (one.baseURL ?? null) === baseURL);
  const fit = all.filter((one) => one.isFit);
  return (fit.length ? fit : all).map((one) => ({
    id: one.id, words: one.shutdown ? t("chain.ends", { id: one.id, day: one.shutdown }) : one.id,
  }));
}

const voices = async (provider) => (await listed("/api/voices", (one) => one.provider === provider)).map((one) => ({
  id: one.id, words: one.language ? `${one.name} (${one.language})` : one.name,
}));

/**
 * A chain to be looked at and changed. `shape`: of a link; `isShort`: only what a beginner needs.
 */
export function chain(stage, shape, isShort = false) {
  const place = h("div", { class: "chain" });
  const told = outcome();
  let drawn = null;
  let seen = null;
  let asked = 0;
  /** What providers offer, while this is shown. */
  const lists = {};
  let last = Promise.resolve();

  /** One after the other: a key that is pressed twice changes twice. */
  const save = (act) => last = last.then(async () => {
    told.tell("");
    try {
      const report = await edit(stage, act, seen);
      seen = JSON.stringify(report.settings[stage]);
      told.tell(savedWords(report, stage));
    } catch (error) {
      told.tell(error.message, true);
      if (error.status === undefined) { drawn = null; await read(); }
    }
  });

  async function draw(report) {
    const turn = ++asked;
    const links = await linksOf(stage, report);
    if (turn !== asked) return;
    seen = JSON.stringify(report.settings[stage]);
    const now = JSON.stringify([seen, links]);
    if (now === drawn) return;
    drawn = now;
    const isOpen = [...place.querySelectorAll("details")].map((one) => one.open);
    // Whoever moved something by keyboard goes on where they were.
    const focus = document.activeElement?.dataset?.focus;
    const hadFocus = place.contains(document.activeElement);

    const set = (index, key, value) => save((all) => all.map((link, place) =>
      place === index ? { ...link, [key]: value } : link));

    const step = (name, index, to, words) => h("button", {
      type: "button", class: "small plain", "data-focus": `${name}-${to}`, "aria-label": words,
      onclick: () => save((all) => {
        const [link] = all.splice(index, 1);
        all.splice(to, 0, link);
        return all;
      }),
    }, name === "up" ? "↑" : "↓");

    function details(link, index) {
      const rows = [];
      const list = [];
      const done = ["provider"];
      const offer = (key, load, more) => {
        const words = label(`link.${key}`);
        const input = pick(words, link[key], lists, `${key} ${link.provider} ${link.baseURL}`, load, (value) => set(index, key, value));
        input.element.dataset.focus = `${key}-${index}`;
        const place = field(words, input.element);
        place.append(input.other, input.told, more?.(input) ?? "");
        list.push(input);
        done.push(key);
        rows.push(place);
      };
      if (withModels.includes(link.provider)) offer("model", () => models(stage, link));
      if (stage === "textToSpeech" && withVoices.includes(link.provider)) {
        offer("voice", () => voices(link.provider), (voice) => task(t("chain.hear"), null, (signal) => {
          const id = voice.element.value;
          if (!id || id === "\u0000") return t("chain.chooseFirst");
          return hear(link.provider, `${link.provider}:${id}`, signal);
        }, { class: "plain" }));
      }
      if (!isShort) {
        for (const key of inOrder("link", Object.keys(shape.properties))) {
          if (done.includes(key)) continue;
          if (link[key] === undefined && only[key]?.includes(stage) === false) continue;
          rows.push(one(key, index, link[key] ?? (key === "tools" ? true : null),
            (value) => set(index, key, value)));
        }
      }
      if (!rows.length) return null;
      const place = h("details", { ontoggle: () => {
        if (place.open) list.forEach((select) => select.wanted());
      } }, h("summary", {}, t("chain.more"), h("span", { class: "hidden" }, ` ${vendor(link.provider)}`)),
      rows);
      place.open = isOpen[index] ?? false;
      return place;
    }

    function one(key, index, value, save) {
      const input = inputFor(shape.properties[key], { rows: key === "instructions" ? 3 : null });
      input.set(value);
      input.element.dataset.focus = `${key}-${index}`;
      input.element.addEventListener("change", () => {
        try {
          save(input.get());
        } catch (error) {
          input.element.setAttribute("aria-invalid", "true");
          told.tell(error.message, true);
        }
      });
      return row(label(`link.${key}`), input, h("p", { class: "note" }, key), "");
    }

    place.replaceChildren(
      report.settings[stage] || isShort ? "" : h("p", { class: "note" }, t("chain.unset")),
      h("ol", {}, links.map((link, index) => h("li", { class: "card" },
        h("div", { class: "row" },
          h("strong", {}, link.baseURL && link.provider === "openai"
            ? t("chain.compatible") : vendor(link.provider)),
          link.baseURL && h("span", { class: "note" }, link.baseURL),
          link.model && h("span", { class: "note" }, link.model),
          link.voice && h("span", { class: "note" }, link.voice),
          h("span", { class: "tools" },
            index > 0 && step("up", index, index - 1,
              t("chain.up", { name: vendor(link.provider) })),
            index < links.length - 1 && step("down", index, index + 1,
              t("chain.down", { name: vendor(link.provider) })),
            h("button", {
              type: "button", class: "small danger",
              "aria-label": t("chain.remove", { name: vendor(link.provider) }),
              onclick: () => save((all) => all.filter((_, place) => place !== index)),
            }, t("chain.removeShort")))),
        details(link, index),
        !isShort && task(t("chain.test"), null, async (signal) => {
          const { providers } = await get("/api/status", { signal });
          // As the device calls them: in the order of the links, its own behind them.
          const parts = providers.filter((part) => part.role === stage);
          return tested({ stage, name: parts[index]?.name ?? link.provider }, signal);
        }, { class: "plain" }))),
      links.at(-1)?.provider === own[stage] ? ""
        : h("li", { class: "card" }, h("strong", {}, vendor(own[stage])), " ",
          h("span", { class: "note" }, t("chain.always")))),
      isShort ? "" : adding(save),
      report.settings[stage] ? h("p", {}, action(t("form.back"), async () => {
        told.tell(savedWords(await change({ [stage]: null }), stage));
      }, { class: "small plain" })) : "",
      told.element);
    if (hadFocus) {
      // What takes something away is not pushed by mistake.
      (place.querySelector(`[data-focus="${focus}"]`)
        ?? place.querySelector("summary, button:not(.danger)"))?.focus();
    }
  }

  function adding(save) {
    const select = h("select", { "aria-label": t("chain.which") },
      servants[stage].map((name) => h("option", { value: name }, vendor(name))));
    return h("div", { class: "row" }, select, h("button", {
      type: "button", class: "plain",
      onclick: () => save((all) => [...all, { provider: select.value }]),
    }, t("chain.add")));
  }

  const update = (report) => {
    draw(report).catch((error) => told.tell(error.message, true));
  };
  return {
    element: place, update,
    // Who has a key leads where nothing is set.
    end: live.on("devices", () => { if (newest && !newest.settings[stage]) update(newest); }),
  };
}
