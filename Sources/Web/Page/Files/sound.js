// The browser's microphone and speaker, as samples.

import { t } from "./text.js";

/** Browsers give a microphone only to pages that came by HTTPS, or from the machine itself. */
export const hasMicrophone = () => Boolean(navigator.mediaDevices?.getUserMedia && globalThis.AudioWorkletNode);

/**
 * Opens the microphone; `hear` gets its sound as it comes, as `Float32Array`.
 *
 * @returns its rate, and what closes it.
 * Throws an `Error` whose message says what is the matter.
 */
export async function openMicrophone(hear, constraints = {}) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, ...constraints } });
  } catch (error) {
    throw new Error(
      error.name === "NotAllowedError" ? t("sound.denied")
      : error.name === "NotFoundError" ? t("sound.none") : t("sound.failed", { reason: error.message }));
  }
  let context = new AudioContext();
  // More nobody takes.
  if (context.sampleRate > 48_000) {
    context.close();
    context = new AudioContext({ sampleRate: 48_000 });
  }
  let listener;
  const close = () => {
    // What it has said and nobody heard yet is not wanted.
    if (listener) listener.port.onmessage = null;
    for (const track of stream.getTracks()) track.stop();
    if (context.state !== "closed") context.close();
  };
  try {
    await context.audioWorklet.addModule("/page/listener.js");
    await context.resume();
  } catch (error) {
    close();
    throw new Error(t("sound.failed", { reason: error.message }));
  }
  listener = new AudioWorkletNode(context, "listener", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
  listener.port.onmessage = ({ data }) => hear(data);
  context.createMediaStreamSource(stream).connect(listener);
  return { rate: context.sampleRate, close };
}

/** How loud it is, in decibels of full scale. */
export function decibels(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.max(-90, 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-12));
}

/** 16-bit samples, as the device takes them. */
export function pcm16(samples) {
  const bytes = new DataView(new ArrayBuffer(samples.length * 2));
  samples.forEach((sample, index) =>
    bytes.setInt16(index * 2, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return bytes.buffer;
}

/** Samples of 16 bits, little-endian, as numbers from -1 to 1. */
export function floats(buffer) {
  const bytes = new DataView(buffer);
  return Float32Array.from({ length: buffer.byteLength >> 1 }, (_, index) => bytes.getInt16(index * 2, true) / 32768);
}

/** The pieces of a recording as a WAV file, at no more than `most` samples a second. */
export async function wav(pieces, rate, most = 24_000) {
  const count = pieces.reduce((sum, piece) => sum + piece.length, 0);
  let all = new Float32Array(count);
  let place = 0;
  for (const piece of pieces) {
    all.set(piece, place);
    place += piece.length;
  }
  if (rate > most && count) {
    const context = new OfflineAudioContext(1, Math.ceil((count * most) / rate), most);
    const buffer = context.createBuffer(1, count, rate);
    buffer.copyToChannel(all, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.start();
    all = (await context.startRendering()).getChannelData(0);
    rate = most;
  }
  const head = new DataView(new ArrayBuffer(44));
  const text = (at, word) => [...word].forEach((letter, index) => head.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  head.setUint32(4, 36 + all.length * 2, true);
  text(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, rate, true);
  head.setUint32(28, rate * 2, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  text(36, "data");
  head.setUint32(40, all.length * 2, true);
  return new Blob([head, pcm16(all)], { type: "audio/wav" });
}

/** Plays samples as they come. Made while the reader pushes something, or a browser keeps it silent. */
export class Player {
  constructor() {
    this.context = new AudioContext({ sampleRate: 24_000 });
    this.context.resume();
    this.sources = new Set();
    this.next = 0;
    this.rest = new Uint8Array();
    this.onsilence = () => {};
  }

  begin(rate, channels) {
    Object.assign(this, { rate, channels });
  }

  push(buffer) {
    // A message may end in the middle of a sample.
    const bytes = new Uint8Array(this.rest.length + buffer.byteLength);
    bytes.set(this.rest);
    bytes.set(new Uint8Array(buffer), this.rest.length);
    const whole = bytes.length - (bytes.length % (2 * this.channels));
    this.rest = bytes.slice(whole);
    if (!whole) return;
    const samples = floats(bytes.slice(0, whole).buffer);
    const frames = samples.length / this.channels;
    const sound = this.context.createBuffer(this.channels, frames, this.rate);
    for (let channel = 0; channel < this.channels; channel++)
      sound.copyToChannel(samples.filter((_, index) => index % this.channels === channel), channel);
    const source = new AudioBufferSourceNode(this.context, { buffer: sound });
    source.connect(this.context.destination);
    // A little ahead at the beginning, so that the network may stumble once.
    this.next = Math.max(this.next, this.context.currentTime + 0.06);
    source.start(this.next);
    this.next += sound.duration;
    this.sources.add(source);
    source.onended = () => {
      this.sources.delete(source);
      if (!this.sources.size) this.onsilence();
    };
  }

  get isPlaying() {
    return this.sources.size > 0;
  }

  stop() {
    for (const source of this.sources) {
      source.onended = null;
      source.stop();
    }
    this.sources.clear();
    this.next = 0;
    this.rest = new Uint8Array();
  }

  close() {
    this.stop();
    this.context.close();
  }
}
