// The wizard: from a claimed device to one that answers. It can be left anywhere and gone on with.

import { call, get } from "../api.js";
import { action, choice, field, findings, h, outcome, sure, task } from "../dom.js";
import {
  chain, lead, schema, secret, servants, setting, shapeOf, tested, vendor,
} from "../form.js";
import { level, volume } from "../loudness.js";
import { change, names, onSettings, plainWarning, read, savedWords, waiting } from "../store.js";
import { choose, language, t } from "../text.js";

/** For the model, which is told to answer in the language of the question. */
const manners = {
  usual: null,
  short: "with the fact that was asked for, in one short sentence",
  patient: "slowly and patiently: in short, simple sentences, one thought each, and offer to explain",
  children: "as to a child: kindly, with examples from a child's world, and nothing that is not for one",
};
const prompt = (manner) => manners[manner] && `You are a voice assistant. Answer ${manners[manner]}, `
  + "in plain spoken text and in the language of the question.";

const steps = ["language", "sound", "button", "providers", "personality", "done"];
const kept = "setup.step";

/** Where somebody is who has not been here: at the first step of which nothing was set. */
function firstOpen({ owner, page, settings, secrets }) {
  const isSet = (...paths) => paths.some((path) => names(page, path) || names(owner, path));
  if (!isSet("language", "timeZone", "name")) return "language";
  if (!isSet("audio.captureDevice", "audio.playbackDevice")) return "sound";
  if (!isSet("button")) return "button";
  const keys = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ELEVENLABS_API_KEY", "MICROSOFT_SPEECH_KEY"];
  const hasKey = secrets.some(({ name, source }) => source && keys.includes(name));
  if (!hasKey && !Object.keys(servants).some((stage) => settings[stage])) return "providers";
  return isSet("conversation") ? "done" : "personality";
}

export async function show(place, [wanted]) {
  const [tree, report] = await Promise.all([schema(), read()]);
  const step = steps.includes(wanted) ? wanted
    : steps.includes(localStorage.getItem(kept)) ? localStorage.getItem(kept) : firstOpen(report);
  localStorage.setItem(kept, step);
  const index = steps.indexOf(step);
  const parts = [];
  const ends = [];
  const add = (part) => {
    parts.push(part);
    if (part.end) ends.push(part.end);
    return part.element;
  };
  const set = (path, options = {}) => add(setting(path, shapeOf(tree, path), { isBare: true, ...options }));
  const body = h("div", {});
  const go = (to) => { location.hash = `setup/${to}`; };
  place.append(
    h("h1", {}, t("view.setup")),
    h("nav", { class: "steps", "aria-label": t("setup.steps") }, h("ol", {}, steps.map((name) =>
      h("li", {}, h("a", { href: `#setup/${name}`, "aria-current": name === step && "step" },
        t(`setup.${name}`)))))),
    h("p", { class: "note" }, t("setup.place", { number: index + 1, of: steps.length })),
    h("h2", {}, t(`setup.${step}.head`)), h("p", {}, t(`setup.${step}.words`)),
    add(waiting()), body,
    h("div", { class: "row wizard" },
      index > 0 && h("button", { type: "button", class: "plain", onclick: () => go(steps[index - 1]) },
        t("setup.back")),
      index < steps.length - 1
        ? h("button", { type: "button", class: "next", onclick: () => go(steps[index + 1]) }, t("setup.next"))
        : h("a", { class: "button next", href: "#now" }, t("setup.look"))));
  const update = (now) => parts.forEach((part) => part.update?.(now));
  await views[step]({ body, add, set, tree, report, ends, update });
  update(await read());
  ends.push(onSettings(update));
  return () => ends.forEach((end) => end());
}

const views = {
  async language({ body, set, report }) {
    const words = new Intl.DisplayNames([language()], { type: "language" });
    const codes = ["en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "fi", "cs", "tr",
      "uk", "ja", "zh"];
    const here = { language: report.settings.language, timeZone: report.settings.timeZone };
    const mine = navigator.language.split("-")[0];
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    // What the browser has is offered where nobody has said anything yet.
    const isNew = (path) => ![...report.owner, ...report.page].includes(path);
    const guess = {};
    if (isNew("language") && codes.includes(mine) && mine !== here.language) guess.language = mine;
    if (isNew("timeZone") && zone && zone !== here.timeZone) guess.timeZone = zone;
    const page = choice([["en", "English"], ["de", "Deutsch"]], language());
    page.addEventListener("change", () => {
      localStorage.setItem("language", page.value);
      choose(page.value);
      location.reload();
    });
    body.append(
      field(t("setup.page"), page, t("setup.pageNote")),
      Object.keys(guess).length ? h("div", { class: "card" },
        h("p", {}, t("setup.guess", { values: Object.values(guess).join(", ") })),
        action(t("setup.useGuess"), async () => {
          const now = await change(guess);
          return savedWords(now, Object.keys(guess)[0]);
        })) : "",
      set("name"),
      set("language", { choices: codes.map((code) => [code, words.of(code)]) }),
      h("p", { class: "note" }, t("setup.languageNote")),
      set("timeZone", { suggest: Intl.supportedValuesOf?.("timeZone") ?? [] }));
  },

  async sound({ body, set, add, tree, ends, update }) {
    const devices = outcome();
    const list = h("div", {}, h("p", { class: "note" }, t("core.loading")));
    const loud = volume();
    const meter = level();
    ends.push(loud.end, meter.end);
    const tests = h("div", {},
      h("h3", {}, t("now.role.speaker")), loud.element,
      task(t("setup.playTone"), 2, async (signal) =>
        findings(await call("POST", "/api/test/speaker", {}, { signal }))),
      h("h3", {}, t("now.role.microphone")), meter.element,
      task(t("setup.measure"), 10, async (signal) => {
        const found = await call("POST", "/api/test/microphone", { seconds: 10 }, { signal });
        return loudness(found);
      }),
      task(t("setup.record"), 5, async (signal) => {
        const found = await call("POST", "/api/test/microphone", { seconds: 5, play: true }, { signal });
        return loudness(found);
      }),
      h("h3", {}, t("setup.selfTest")),
      task(t("setup.selfTestStart"), 4, async (signal) =>
        findings(await call("POST", "/api/test/sound", {}, { signal }))));
    body.append(
      tree.properties.board?.enum ? set("board") : "",
      h("h3", {}, t("setup.cards")), list, devices.element,
      add({ element: tests, update({ needsRestart }) {
        // They would try the cards of before.
        tests.hidden = needsRestart.some((path) => /^audio\..*Device$/.test(path));
      } }));

    async function draw() {
      const { audio } = await get("/api/devices");
      const one = (path, way) => set(path, { choices: [["default", t("setup.defaultDevice")],
        ...audio.cards.flatMap((card) => card.devices.filter((device) => device[way])
          .map((device) => [device.device, [`${card.name}: ${device.name}`,
            device[way].reason].filter(Boolean).join(" – ")]))] });
      list.replaceChildren(
        ...audio.cards.length ? [] : [h("p", { class: "bad" }, t("setup.noCards"))],
        one("audio.captureDevice", "capture"), one("audio.playbackDevice", "playback"));
      update(await read());
    }
    const again = async () => {
      try {
        await draw();
        devices.tell("");
      } catch (error) {
        list.replaceChildren(h("p", {}, h("button", { type: "button", class: "plain", onclick: again },
          t("setup.lookAgain"))));
        devices.tell(error.message, true);
      }
    };
    await again();
  },

  async button({ body, set }) {
    const found = h("div", { role: "status" });
    body.append(
      task(t("setup.find"), 20, async (signal) => {
        found.replaceChildren(h("p", { class: "card" }, t("setup.pressNow")));
        try {
          const told = await call("POST", "/api/test/button", { seconds: 20, search: true }, { signal });
          const words = h("div", {}, findings(told));
          if (told.settings) {
            words.append(action(t("setup.useButton"), async () =>
              savedWords(await change(told.settings), "button")));
          }
          return words;
        } finally {
          found.replaceChildren();
        }
      }), found,
      h("p", { class: "note" }, t("setup.findNote")),
      h("details", {}, h("summary", {}, t("setup.byHand")),
        ["source", "chip", "line", "activeLow", "bias", "device"].map((key) => set(`button.${key}`)),
        task(t("setup.tryButton"), 10, async (signal) =>
          findings(await call("POST", "/api/test/button", { seconds: 10 }, { signal })))),
      set("button.mode"),
      h("p", { class: "note" }, t("setup.handsNote")));
  },

  async providers({ body, add, tree, report }) {
    const vendors = [
      ["openai", "OPENAI_API_KEY"], ["anthropic", "ANTHROPIC_API_KEY"],
      ["elevenlabs", "ELEVENLABS_API_KEY"], ["azure", "MICROSOFT_SPEECH_KEY"],
    ];
    const warning = plainWarning(report.settings.web.tlsPort);
    if (warning) body.append(warning);
    body.append(h("h3", {}, t("setup.providers")),
      ...vendors.map(([name, key]) => service(name, key, add)),
      h("p", { class: "note" }, t("setup.server"), " ",
        Object.keys(servants).map((stage) => [h("a", { href: `#settings/${stage}` }, t(`set.${stage}`)), " "])));
    for (const stage of Object.keys(servants)) {
      const links = chain(stage, tree.properties[stage].items, true);
      body.append(h("h3", {}, t(`set.${stage}`)), add(links));
    }
  },

  async personality({ body, set, add }) {
    const told = outcome();
    const presets = Object.keys(manners);
    const select = choice([["", t("setup.preset.own")],
      ...presets.map((name) => [name, t(`setup.preset.${name}`)])], "");
    let shown = "";
    select.addEventListener("change", async () => {
      if (!select.value) return body.querySelector("textarea").focus();
      const systemPrompt = prompt(select.value);
      if (!shown && !(await sure(t("setup.sure"), t("core.yes")))) {
        select.value = shown;
        return;
      }
      try {
        told.tell(savedWords(await change({ conversation: { systemPrompt } }),
          "conversation.systemPrompt"));
      } catch (error) {
        told.tell(error.message, true);
      }
    });
    add({ element: select, update: (report) => {
      const { systemPrompt } = report.settings.conversation;
      select.value = shown = presets.find((name) => prompt(name) === systemPrompt) ?? "";
    } });
    const place = field(t("setup.personality"), select);
    place.append(told.element);
    const question = h("input", { type: "text", value: t("setup.example") });
    const answer = h("p", { class: "said" });
    const ask = task(t("setup.ask"), null, async (signal) => {
      answer.textContent = "";
      const said = await call("POST", "/generate-text", { prompt: question.value }, { signal });
      answer.textContent = said.response;
      return null;
    });
    body.append(place, set("conversation.systemPrompt", { rows: 5 }),
      set("conversation.followUp"), set("conversation.rememberedTurns"),
      h("h3", {}, t("setup.try")), field(t("setup.question"), question), ask,
      h("div", { role: "status" }, answer));
  },

  async done({ body }) {
    body.append(
      task(t("setup.checkAll"), null, async (signal) => {
        const all = [];
        // One after the other: they use the same parts.
        for (const part of ["sound", "provider"]) {
          const one = await call("POST", `/api/test/${part}`, {}, { signal });
          all.push(...one.findings);
        }
        return findings({ findings: all });
      }));
  },
};

/** What a microphone test found, with how loud it was. */
function loudness(report) {
  const { meanDecibels: mean, peakDecibels: peak, clippedShare: clipped } = report.figures;
  return h("div", {}, findings(report), mean !== undefined
    && h("p", { class: "note" }, t("setup.levels", {
      mean: Math.round(mean), peak: Math.round(peak), clipped: (100 * clipped).toFixed(1),
    })));
}

/** A vendor: its key, whether it would serve, and what it is used for. */
function service(name, key, add) {
  const stages = Object.keys(servants).filter((stage) => servants[stage].includes(name));
  const told = h("div", {});
  const use = h("div", { class: "row" });
  const test = task(t("chain.test"), null, (signal) => tested({ name }, signal), { class: "plain" });
  const entry = secret(key, t(name === "azure" ? "setup.azureKey" : "setup.key"), () => {
    test.querySelector("button").click();
  });
  const region = name === "azure" ? secret("MICROSOFT_REGION", t("setup.azureRegion")) : null;
  const state = h("span", { class: "note" });
  const place = h("details", { class: "card" },
    h("summary", {}, h("strong", {}, vendor(name)), " ", state),
    h("p", { class: "note" }, t("setup.serves", {
      stages: stages.map((stage) => t(`setup.serves.${stage}`)).join(", "),
    })),
    entry.element, region?.element ?? "", test, told, use);
  add({
    element: place,
    update(now) {
      entry.update(now);
      region?.update(now);
      const source = now.secrets.find((one) => one.name === key)?.source;
      state.textContent = source ? t("setup.hasKey") : "";
      test.hidden = !source;
      // Where a chain is set, who has a key is asked only if it names them.
      const missing = stages.filter((stage) =>
        now.settings[stage] && !now.settings[stage].some((link) => link.provider === name));
      use.replaceChildren(...source ? missing.map((stage) =>
        action(t("setup.use", { stage: t(`setup.serves.${stage}`) }), async () => {
          await lead(stage, { provider: name });
        }, { class: "small plain" })) : []);
    },
  });
  return place;
}
