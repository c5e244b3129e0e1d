// The voices that there are, and how somebody's own becomes one.

import { call, fetched, get } from "../api.js";
import { action, field, focusOn, h, sure, task } from "../dom.js";
import { edit, hear, lead } from "../form.js";
import * as live from "../live.js";
import { decibels, floats, hasMicrophone, openMicrophone, wav } from "../sound.js";
import { onSettings, read as readSettings } from "../store.js";
import { clock, language, t, when } from "../text.js";

/** So many at once; some providers have hundreds. */
const page = 30;

export async function show(place) {
  const status = h("p", { role: "status" }, t("core.loading"));
  const made = h("div");
  const offered = h("div");
  const problems = h("div");
  const title = h("h2", {}, t("voices.made"));
  const filter = h("input", { type: "search", autocomplete: "off" });
  const provider = h("select");
  place.append(h("h1", {}, t("view.voices")), status, title, made);

  const clone = makeVoice(read);
  place.append(clone.element,
    h("h2", {}, t("voices.offered")), problems,
    h("div", { class: "fields" },
      field(t("voices.filter"), filter), field(t("voices.provider"), provider)),
    offered);

  let report = null;
  let chain = [];
  let shown = page;
  let asked = 0;

  async function read() {
    const turn = ++asked;
    try {
      const [voices] = await Promise.all([get("/api/voices"), readSettings()]);
      if (turn !== asked) return;
      report = voices;
      status.textContent = "";
      draw();
    } catch (error) {
      if (turn !== asked) return;
      status.textContent = error.message;
    }
  }

  function take(all) {
    clone.use(all);
    const now = all.settings.textToSpeech ?? [];
    if (JSON.stringify(now) === JSON.stringify(chain)) return;
    chain = now;
    if (report) draw();
  }

  const isUsed = (name, voice) => {
    const first = chain[0];
    return first?.provider === name && first.voice === voice;
  };

  function draw() {
    problems.replaceChildren(...report.problems.map(({ provider, problem }) =>
      h("p", { class: "bad" }, `${provider}: ${problem}`)));
    const names = [...new Set(report.offered.map((voice) => voice.provider))];
    const was = provider.value;
    provider.replaceChildren(h("option", { value: "" }, t("voices.all")), ...names.map((name) => h("option", { value: name }, name)));
    provider.value = names.includes(was) ? was : "";
    made.replaceChildren(report.made.length
      ? h("ul", { class: "voices" }, report.made.map(madeRow)) : h("p", {}, t("voices.noneMade")));
    drawOffered();
  }

  function drawOffered() {
    const words = filter.value.trim().toLowerCase().split(/\s+/);
    const all = report.offered.filter((voice) =>
      (!provider.value || voice.provider === provider.value) &&
      !report.made.some((one) => one.provider === voice.provider && one.voice === voice.id) &&
      words.every((word) => `${voice.name} ${voice.id} ${voice.language ?? ""} ${languageName(voice.language)}`.toLowerCase().includes(word)));
    // What is used stands first.
    all.sort((one, other) => isUsed(other.provider, other.id) - isUsed(one.provider, one.id));
    offered.replaceChildren(
      h("p", { class: "note", role: "status" }, t("voices.count", { count: all.length })),
      h("ul", { class: "voices" }, all.slice(0, shown).map(offeredRow)),
      all.length > shown && h("button", { type: "button", class: "plain", onclick: () => {
        const at = shown;
        shown += page;
        drawOffered();
        offered.querySelectorAll("li")[at]?.querySelector("button").focus();
      } }, t("voices.more")) || "");
  }

  function languageName(code) {
    if (!code) return "";
    try {
      return new Intl.DisplayNames(language(), { type: "language" }).of(code);
    } catch {
      return code;
    }
  }

  const row = (name, notes, provider, voice, ...controls) =>
    h("li", { class: "card" },
      h("p", {}, h("strong", {}, name), isUsed(provider, voice) && h("span", { class: "good" }, ` – ${t("voices.used")}`)),
      notes.filter(Boolean).map((note) => h("p", { class: "note" }, note)),
      h("div", { class: "row" }, controls));

  const offeredRow = (voice) =>
    row(voice.name, [[voice.provider, languageName(voice.language), voice.isOwn && t("voices.own")].filter(Boolean).join(" · ")],
      voice.provider, voice.id,
      listen(voice.name, voice.provider, `${voice.provider}:${voice.id}`), use(voice.name, voice.provider, voice.id));

  const madeRow = (voice) =>
    row(voice.name, [
      voice.user === "page" ? voice.provider : `${voice.provider} · ${t("voices.user", { user: voice.user })}`,
      voice.consentBy && t("voices.consent", { speaker: voice.consentBy, when: when(voice.consentAt) }),
    ], voice.provider, voice.voice,
      listen(voice.name, voice.provider, voice.id), voice.voice && use(voice.name, voice.provider, voice.voice),
      action(t("core.delete"), async () => {
        if (!(await sure(t("voices.sure", { name: voice.name, provider: voice.provider }), t("core.delete")))) return;
        await call("DELETE", `/api/voices/${encodeURIComponent(voice.id)}`);
        // Nobody is to be asked for what is gone.
        if (chain.some((link) => link.voice === voice.voice)) {
          await edit("textToSpeech", (all) => all.map((link) =>
            link.voice === voice.voice ? { ...link, voice: null } : link));
        }
        await read();
        focusOn(title);
      }, { class: "danger", "aria-label": `${t("core.delete")}: ${voice.name}` }));

  const listen = (name, provider, voice) =>
    task(t("voices.listen"), null, (signal) => hear(provider, voice, signal),
      { class: "plain", "aria-label": `${t("voices.listen")}: ${name}` });

  function use(name, provider, voice) {
    if (isUsed(provider, voice)) return null;
    return action(t("voices.use"), async () => {
      // Those who stood behind it still do.
      await lead("textToSpeech", { provider, voice });
      status.textContent = t("voices.nowUsed", { name });
      focusOn(status);
    }, { class: "plain", "aria-label": `${t("voices.use")}: ${name}` });
  }

  filter.addEventListener("input", () => { shown = page; if (report) drawOffered(); });
  provider.addEventListener("change", () => { shown = page; if (report) drawOffered(); });
  const ends = [
    live.on("changed", ({ what }) => what === "voices" && read()), live.onReturn(read), onSettings(take),
    clone.end, () => { asked++; },
  ];
  // Providers are asked, which may take a while: the view does not wait for them.
  read();
  return () => ends.forEach((act) => act());
}

// MARK: A voice after somebody's
// Recorded in this browser or at the device, or chosen as a file.

/** Seconds: less is refused, more is no better. */
const least = 10;
const good = 60;
const most = 120;

/** @param made is called when there is a new voice. */
function makeVoice(made) {
  const who = h("input", { type: "text", maxlength: 100, autocomplete: "off", required: true });
  const consent = h("input", { type: "checkbox" });
  const consentWords = h("span");
  const time = h("span", { class: "number" }, clock(0));
  const progress = h("progress", { max: most, value: 0, "aria-label": t("clone.progress") });
  const level = h("meter", { min: -60, max: 0, low: -50, value: -60, "aria-label": t("clone.level") });
  const told = h("p", { role: "status" });
  const meters = h("div", { hidden: true }, h("p", { class: "row" }, time, progress), level);
  const audio = h("audio", { controls: true, hidden: true, "aria-label": t("clone.recording") });
  const file = h("input", { type: "file", accept: "audio/*" });
  const hint = h("p", { class: "note" });
  const stop = h("button", { type: "button", hidden: true }, t("clone.stop"));
  const here = action(t("clone.here"), () => record(browser));
  const there = action(t("clone.there"), () => record(device), { class: "plain" });
  let recording = null;
  let seconds = 0;
  let halt = null;

  function sayConsent() {
    consentWords.textContent = t("clone.consent", { name: who.value.trim() || t("clone.somebody") });
  }
  who.addEventListener("input", () => {
    // Who agreed was somebody else.
    consent.checked = false;
    sayConsent();
  });
  sayConsent();
  if (!hasMicrophone()) {
    here.querySelector("button").disabled = true;
    here.append(h("span", { class: "note" }, t(isSecureContext ? "talk.noMicrophone" : "sound.insecure")));
  }

  /** Gives pieces of sound to `take` until `take` has enough or `signal` is aborted. */
  async function browser(take, signal) {
    const microphone = await openMicrophone((samples) => take(samples, microphone?.rate), { echoCancellation: false, noiseSuppression: false, autoGainControl: true });
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
    microphone.close();
    return microphone.rate;
  }

  async function device(take, signal) {
    const rate = 16_000;
    let rest = new Uint8Array();
    try {
      const answer = await fetched("POST", "/api/test/recording", { seconds: most }, { signal });
      const reader = answer.body.getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        const bytes = new Uint8Array(rest.length + value.length);
        bytes.set(rest);
        bytes.set(value, rest.length);
        const whole = bytes.length & ~1;
        rest = bytes.slice(whole);
        take(floats(bytes.slice(0, whole).buffer), rate);
      }
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
    return rate;
  }

  async function record(source) {
    if (halt) throw new Error(t("error.busy"));
    const control = new AbortController();
    halt = () => control.abort();
    const pieces = [];
    forget();
    told.textContent = "";
    let count = 0;
    let shown = 0;
    try {
      const rate = await source((samples, rate) => {
        if (control.signal.aborted || !rate) return;
        if (meters.hidden) {
          meters.hidden = stop.hidden = false;
          told.textContent = t("clone.recording");
          stop.focus();
        }
        pieces.push(samples);
        count += samples.length;
        seconds = count / rate;
        level.value = decibels(samples);
        if (Math.floor(seconds) !== shown) {
          shown = Math.floor(seconds);
          time.textContent = clock(seconds);
          progress.value = seconds;
          // Told once, not every second.
          if (shown === good) told.textContent = t("clone.enough");
        }
        if (seconds >= most) control.abort();
      }, control.signal);
      if (!count) return;
      keep(await wav(pieces, rate));
      told.textContent = t(seconds < least ? "clone.short" : seconds < good ? "clone.could" : "clone.done", { time: clock(seconds), least });
    } finally {
      halt = null;
      meters.hidden = stop.hidden = true;
    }
  }
  stop.addEventListener("click", () => {
    halt?.();
    here.querySelector("button").focus();
  });

  function forget() {
    recording = null;
    seconds = 0;
    time.textContent = clock(0);
    progress.value = 0;
    URL.revokeObjectURL(audio.src);
    audio.removeAttribute("src");
    audio.hidden = true;
  }

  function keep(blob) {
    recording = blob;
    audio.src = URL.createObjectURL(blob);
    audio.hidden = false;
  }

  file.addEventListener("change", () => {
    forget();
    if (file.files[0]) keep(file.files[0]);
    told.textContent = "";
  });

  const make = task(t("clone.make"), null, async (signal) => {
    const name = who.value.trim();
    const lacks = !name ? [who, "Name"] : !recording ? [file, "Recording"] : !consent.checked ? [consent, "Consent"] : null;
    if (lacks) {
      lacks[0].focus();
      throw new Error(t(`clone.needs${lacks[1]}`));
    }
    const form = new FormData();
    form.append("user_id", "page");
    form.append("voice_name", name);
    form.append("consent_by", name);
    form.append("audio_file", recording, recording.name ?? "recording.wav");
    const answer = await call("POST", "/clone-voice", form, { signal });
    forget();
    file.value = who.value = "";
    consent.checked = false;
    sayConsent();
    told.textContent = "";
    await made();
    return answer.message;
  });

  const element = h("details", { class: "card" },
    h("summary", {}, t("clone.title")),
    h("p", {}, t("clone.what")), hint,
    field(t("set.textToSpeech"), who),
    h("h3", {}, t("clone.read")),
    h("p", { class: "note" }, t("clone.readHow")),
    h("blockquote", {}, t("clone.text").split("\n").map((line) => h("p", {}, line))),
    h("h3", {}, t("clone.record")),
    h("div", { class: "row" }, here, there, stop), meters, told, audio,
    field(t("clone.file"), file, t("clone.fileNote")),
    h("label", { class: "check" }, consent, consentWords),
    make);

  return {
    element,
    /** Tells who is missing. */
    use(report) {
      const key = report.secrets.find(({ name }) => name === "ELEVENLABS_API_KEY");
      hint.replaceChildren(...(key?.source ? [] : [t("clone.noKey"), " ", h("a", { href: "#security" }, t("view.security"))]));
    },
    end() {
      halt?.();
      forget();
    },
  };
}
