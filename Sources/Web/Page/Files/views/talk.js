// Talking to the device through this browser's microphone and speaker.

import { get } from "../api.js";
import { field, h, pressed } from "../dom.js";
import { decibels, hasMicrophone, openMicrophone, pcm16, Player } from "../sound.js";
import { plainWarning, read } from "../store.js";
import { t } from "../text.js";

/** As on the device: longer is held, shorter is a tap. */
const hold = 400;
/** Of a tap's turn, in milliseconds. */
const silenceEnds = 900;
const nothingEnds = 6000;
/** Seconds of sound from before the press. */
const preRoll = 0.3;

export async function show(place) {
  const status = h("p", { class: "state", role: "status" }, t("now.state.idle"));
  const level = h("meter", { min: -60, max: 0, low: -50, value: -60, "aria-label": t("talk.level") });
  const button = h("button", { type: "button", class: "push", "aria-describedby": "talk-how" }, t("talk.button"));
  const trouble = h("p", { class: "bad", role: "alert" });
  const said = h("ol", { class: "said", "aria-label": t("talk.said") });
  const forget = h("button", { type: "button", class: "plain", hidden: true }, t("now.forget"));
  const file = h("input", { type: "file", accept: "audio/*" });
  const lead = h("div");
  place.append(
    h("h1", {}, t("view.talk")), lead,
    h("div", { class: "stage", id: "talk-panel" }, status, button, level,
      h("p", { class: "note", id: "talk-how" }, t("talk.how"))),
    trouble, said, forget,
    h("h2", {}, t("talk.file")),
    field(t("talk.fileLabel"), file, t("talk.fileNote")));

  if (!hasMicrophone()) {
    const panel = place.querySelector("#talk-panel");
    panel.hidden = true;
    const report = await read().catch(() => null);
    lead.append(h("p", {}, t(isSecureContext ? "talk.noMicrophone" : "sound.insecure")));
    if (!isSecureContext) lead.append(plainWarning(report?.settings.web.tlsPort) ?? "", h("p", {}, t("talk.else")));
  }

  let socket = null;
  let microphone = null;
  let opening = null;
  let player = null;
  let state = "idle";
  /** The last of what the microphone heard, for the beginning of a question. */
  let recent = [];
  let pressedAt = 0;
  let isDown = false;
  let interrupts = false;
  let ear = null;
  /** It was let go before there was a connection. */
  let endsAtOnce = false;
  /** What was asked and not answered yet: the device tells of one after the other. */
  let turns = [];
  let isGone = false;
  /** Counts what was asked, so that what was dropped while it was connecting is not sent. */
  let asking = 0;

  function turnTo(name) {
    state = name;
    status.textContent = t(`now.state.${name}`);
    button.dataset.light = name;
    level.classList.toggle("quiet", name !== "listening");
    if (name === "idle") level.value = -60;
  }

  function fail(message) {
    trouble.textContent = message;
    drop();
    turnTo("idle");
  }

  /** What still comes of what was asked is not wanted. */
  function drop() {
    asking++;
    for (const turn of turns) turn.isDropped = true;
    player?.stop();
  }

  // MARK: The device

  function connect() {
    // Open, or about to be.
    if (socket?.readyState <= WebSocket.OPEN) return socket.opening;
    const mine = socket = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/ws/voice`);
    mine.binaryType = "arraybuffer";
    mine.opening = new Promise((resolve, reject) => {
      mine.onopen = resolve;
      // A browser tells no reason; the session's end is noticed by the next request.
      mine.onerror = () => get("/api/status").then(() => reject(new Error(t("talk.noSocket"))), reject);
    });
    mine.onmessage = ({ data }) => {
      if (socket === mine) typeof data === "string" ? take(JSON.parse(data)) : hearAnswer(data);
    };
    mine.onclose = () => {
      if (socket !== mine) return;
      forget.hidden = true;
      turns = [];
      if (state !== "idle") fail(t("core.offline"));
    };
    return mine.opening;
  }

  function hangUp() {
    const old = socket;
    socket = null;
    turns = [];
    old?.close();
  }

  /** Whoever has gone meanwhile is not listened to. */
  const listen = () => microphone ?? (opening ??= openMicrophone(hear, { echoCancellation: true, noiseSuppression: true, autoGainControl: true })
    .then((opened) => {
      microphone = opened;
      if (isGone || document.hidden) shut();
    }).finally(() => { opening = null; }));

  const tell = (message) => socket.send(JSON.stringify(message));

  function take(message) {
    const turn = turns[0] ?? {};
    switch (message.type) {
      case "transcript":
        if (!turn.isDropped) entry(turn).question.textContent = message.text;
        break;
      case "reply.delta":
        if (!turn.isDropped) entry(turn).reply.textContent += message.text;
        break;
      case "audio.start":
        if (!turn.isDropped) player.begin(message.rate, message.channels);
        break;
      case "done":
        turns.shift();
        if (turn.isDropped) break;
        if (message.outcome === "nothingHeard") trouble.textContent = t("now.outcome.nothingHeard");
        forget.hidden = !said.childElementCount;
        if (state !== "speaking" || !player.isPlaying) turnTo("idle");
        break;
      case "error":
        // Of a recording of no use it comes after the end.
        turns.shift();
        if (!turn.isDropped) fail(message.error.message);
        break;
    }
  }

  function entry(turn) {
    if (turn.entry) return turn.entry;
    turn.entry = { question: h("p", { class: "question" }), reply: h("p", { class: "reply" }) };
    said.append(h("li", {},
      h("span", { class: "note" }, t("talk.you")), turn.entry.question,
      h("span", { class: "note" }, t("history.answer")), turn.entry.reply));
    return turn.entry;
  }

  function hearAnswer(bytes) {
    if (!turns.length || turns[0].isDropped) return;
    if (state === "thinking") turnTo("speaking");
    player.push(bytes);
  }

  function makePlayer() {
    player ??= new Player();
    player.context.resume();
    player.onsilence = () => {
      if (state === "speaking" && !turns.length) turnTo("idle");
    };
  }

  // MARK: The question

  function hear(samples) {
    const loud = decibels(samples);
    if (state !== "listening") {
      recent.push(samples);
      // What is said while it connects is part of the question.
      while (state !== "connecting" && recent.length > (preRoll * microphone.rate) / samples.length) recent.shift();
      return;
    }
    level.value = loud;
    socket.send(pcm16(samples));
    if (!isDown) listenForEnd(loud, (samples.length / microphone.rate) * 1000);
  }

  /** Of a question that was begun by a tap: speech is what is well above the quietest so far. */
  function listenForEnd(loud, time) {
    ear.floor = Math.min(ear.floor + 0.02, loud, -35);
    ear.time += time;
    if (loud > ear.floor + 12 && loud > -50) {
      ear.speech += time;
      ear.silence = 0;
    } else ear.silence += time;
    if (ear.speech > 200 ? ear.silence > silenceEnds : ear.time > nothingEnds) end();
  }

  async function ask() {
    trouble.textContent = "";
    makePlayer();
    endsAtOnce = false;
    // Before the press that stops an answer, there was the answer.
    if (interrupts) recent = [];
    turnTo("connecting");
    const mine = ++asking;
    try {
      await listen();
      if (mine === asking) await connect();
    } catch (error) {
      if (mine === asking) fail(error.message);
      return;
    }
    if (mine !== asking) return;
    tell({ type: "start", format: "pcm16", rate: microphone.rate });
    turns.push({});
    for (const samples of recent) socket.send(pcm16(samples));
    recent = [];
    ear = { floor: -35, time: 0, speech: 0, silence: 0 };
    turnTo("listening");
    if (endsAtOnce) end();
  }

  function end() {
    if (state !== "listening") return;
    level.value = -60;
    tell({ type: "end" });
    turnTo("thinking");
  }

  function cancel() {
    if (socket?.readyState === WebSocket.OPEN) tell({ type: "cancel" });
    drop();
    turnTo("idle");
  }

  function down() {
    isDown = true;
    pressedAt = performance.now();
    if (state === "listening") return end();
    if (state === "connecting") return cancel();
    interrupts = state === "speaking" || state === "thinking";
    if (interrupts) drop();
    ask();
  }

  function up() {
    isDown = false;
    const isTap = performance.now() - pressedAt < hold;
    // A tap while it answers only stops it.
    if (isTap && interrupts) cancel();
    else if (!isTap && state === "connecting") endsAtOnce = microphone !== null;
    else if (!isTap) end();
    interrupts = false;
  }

  pressed(button, down, up, () => {
    down();
    up();
  });

  file.addEventListener("change", async () => {
    const recording = file.files[0];
    file.value = "";
    if (!recording) return;
    if (state !== "idle") cancel();
    trouble.textContent = "";
    makePlayer();
    turnTo("connecting");
    const mine = ++asking;
    try {
      const all = await recording.arrayBuffer();
      await connect();
      if (mine !== asking) return;
      tell({ type: "start", format: "file" });
      turns.push({});
      for (let at = 0; at < all.byteLength; at += 65_536) socket.send(all.slice(at, at + 65_536));
      turnTo("listening");
      end();
    } catch (error) {
      if (mine === asking) fail(error.message);
    }
  });

  forget.addEventListener("click", () => {
    cancel();
    hangUp();
    said.replaceChildren();
    forget.hidden = true;
    status.textContent = t("talk.forgotten");
    button.focus();
  });

  function shut() {
    microphone?.close();
    microphone = null;
  }

  // Nobody is listened to who has gone elsewhere.
  const hide = () => {
    if (document.visibilityState !== "hidden") return;
    if (state === "listening" || state === "connecting") cancel();
    shut();
  };
  document.addEventListener("visibilitychange", hide);

  return () => {
    isGone = true;
    document.removeEventListener("visibilitychange", hide);
    drop();
    shut();
    hangUp();
    player?.close();
  };
}
