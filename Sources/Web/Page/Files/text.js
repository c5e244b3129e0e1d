// What the page says: one row a sentence, English and German.

import table from "./core-texts.js";

const languages = ["en", "de"];
let column = 0;

/** The language in use. */
export const language = () => languages[column];

/** Speaks the browser's or the reader's language, if it is one of these. */
export function choose(code) {
  const found = languages.indexOf((code ?? "").slice(0, 2));
  column = Math.max(0, found);
  document.documentElement.lang = languages[column];
}

/** The sentence of that key; `{name}` in it becomes `values.name`. A key without a row is shown. */
export function t(key, values = {}) {
  const row = table[key];
  if (!row) return key;
  return row[column].replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

/** Whether there is such a row. */
export const has = (key) => key in table;

// How it writes what is no words: as people in the reader's country do.

export const locale = () =>
  navigator.languages.find((one) => one.startsWith(languages[column])) ?? languages[column];

/** A moment, by ISO 8601 or as seconds since 1970. */
export function when(moment) {
  if (moment === null || moment === undefined) return t("core.unknownTime");
  const date = new Date(typeof moment === "number" ? moment * 1000 : moment);
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(date);
}

export const number = (value, digits = 0) =>
  new Intl.NumberFormat(locale(), { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);

export const seconds = (milliseconds) => `${number(milliseconds / 1000, milliseconds < 10_000 ? 2 : 1)} s`;

export function bytes(count) {
  if (count < 1e6) return `${number(count / 1e3)} kB`;
  return `${number(count / 1e6, 1)} MB`;
}

/** Minutes and seconds, as a clock shows them. */
export const clock = (time) => `${Math.floor(time / 60)}:${String(Math.floor(time % 60)).padStart(2, "0")}`;
