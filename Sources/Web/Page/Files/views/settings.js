// Every setting, with who set it; each is saved as soon as it is changed.

import { get } from "../api.js";
import { action, h, outcome } from "../dom.js";
import { chain, inOrder, inputFor, label, row, schema, setting, shapeOf } from "../form.js";
import { change, onSettings, read, savedWords, waiting } from "../store.js";
import { t } from "../text.js";

/** The keys that are no sections come first; then these, and what a newer device may have. */
const order = [
  "button", "lights", "audio", "speechToText", "languageModel", "textToSpeech", "conversation",
  "history", "web", "network",
];

/** What there is on this device to choose from, by the path of the setting. */
async function suggestions() {
  const { audio, panel } = await get("/api/devices");
  const devices = audio.cards.flatMap((card) => card.devices.map((device) =>
    ({ ...device, label: `${card.name}: ${device.name}` })));
  const sound = (way) => [{ value: "default" },
    ...devices.filter((one) => one[way]).map((one) => ({ value: one.device, label: one.label }))];
  const chips = panel.chips.map((chip) => ({ value: chip.label, label: chip.name }));
  return {
    "audio.captureDevice": sound("capture"), "audio.playbackDevice": sound("playback"),
    "button.chip": chips, "lights.chip": chips, "button.device": panel.inputs,
  };
}

/** The archive is all or nothing: it is set as a whole. */
function archive(shape) {
  const told = outcome();
  const inputs = inOrder("history.archive", Object.keys(shape.properties))
    .map((key) => [key, inputFor(shape.properties[key])]);
  let isDirty = false;
  const form = h("form", { oninput: () => { isDirty = true; }, onsubmit: async (event) => {
    event.preventDefault();
    try {
      const values = Object.fromEntries(inputs.map(([key, input]) => [key, input.get()]));
      const report = await change({ history: { archive: values } });
      isDirty = false;
      told.tell(savedWords(report, "history.archive"));
    } catch (error) {
      told.tell(error.message, true);
    }
  } }, h("h3", {}, label("history.archive")),
  h("p", { class: "note" }, t("settings.archive")),
  inputs.map(([key, input]) =>
    row(label(`history.archive.${key}`), input, h("p", { class: "note" }, `history.archive.${key}`), "")),
  h("div", { class: "row" }, h("button", {}, t("core.save")),
    action(t("settings.noArchive"), async () => {
      const report = await change({ history: { archive: null } });
      isDirty = false;
      show(report);
      return savedWords(report, "history.archive");
    }, { class: "plain" })), told.element);
  function show(report) {
    if (isDirty) return;
    for (const [key, input] of inputs) input.set(report.settings.history.archive?.[key]);
  }
  return { element: form, update: show };
}

export async function show(place, [wanted]) {
  const rows = [];
  const ends = [];
  const [tree, report] = await Promise.all([schema(), read()]);
  const lists = {
    timeZone: Intl.supportedValuesOf?.("timeZone") ?? [],
    // Looking opens the cards, and cannot be done while somebody talks.
    ...await suggestions().catch(() => ({})),
  };

  function one(path, shape) {
    if (path === "history.archive") return add(archive(shape));
    if (shape.properties) {
      return h("fieldset", {}, h("legend", {}, label(path)),
        inOrder(path, Object.keys(shape.properties)).map((key) =>
          one(`${path}.${key}`, shape.properties[key])));
    }
    return add(setting(path, shape, {
      suggest: lists[path], rows: path === "conversation.systemPrompt" ? 5 : null,
      isColour: path.startsWith("lights.palette."),
    }));
  }
  function add(part) {
    rows.push(part);
    if (part.end) ends.push(part.end);
    return part.element;
  }

  const section = (name, words, ...children) => h("details", {
    class: "group", id: `settings-${name}`, open: name === wanted || (name === "general" && general.includes(wanted)),
  }, h("summary", {}, h("h2", {}, words)), children);

  const keys = Object.keys(tree.properties);
  const isGroup = (key) => tree.properties[key].properties || tree.properties[key].items?.properties;
  const groups = [...order, ...keys.filter((key) => isGroup(key) && !order.includes(key))]
    .filter((key) => keys.includes(key));
  const general = ["name", "language", "timeZone", "board"].filter((key) => keys.includes(key));
  general.push(...keys.filter((key) => !isGroup(key) && !general.includes(key)));
  const sections = [
    section("general", t("settings.general"), general.map((key) => one(key, tree.properties[key]))),
    ...groups.map((key) => {
      const shape = tree.properties[key];
      return section(key, label(key), shape.items ? add(chain(key, shape.items))
        : inOrder(key, Object.keys(shape.properties)).map((inner) =>
          one(`${key}.${inner}`, shapeOf(tree, `${key}.${inner}`))));
    }),
  ];

  const none = h("p", { role: "status" });
  const search = h("input", { type: "search", "aria-label": t("settings.search"),
    placeholder: t("settings.search"), oninput: () => {
      const words = search.value.trim().toLowerCase();
      let count = 0;
      for (const group of sections) {
        const parts = [...group.querySelectorAll(".field, .chain, form")];
        const isWhole = group.querySelector("h2").textContent.toLowerCase().includes(words);
        let found = 0;
        for (const part of parts) {
          part.hidden = !isWhole && !part.textContent.toLowerCase().includes(words);
          if (!part.hidden) found += 1;
        }
        group.hidden = found === 0;
        if (words) group.open = found > 0;
        count += found;
      }
      none.textContent = count ? "" : t("settings.none");
    } });

  const restart = waiting(report);
  const update = (now) => {
    for (const part of rows) part.update(now);
    restart.update(now);
  };
  update(report);
  ends.push(onSettings(update));
  place.append(h("h1", {}, t("view.settings")),
    h("p", { class: "note" }, t("settings.note"), " ",
      h("a", { href: "#security" }, t("settings.keys"))), restart.element,
    h("div", { class: "field" }, search), none, ...sections);
  place.querySelector("details[open]")?.scrollIntoView();
  return () => ends.forEach((end) => end());
}
