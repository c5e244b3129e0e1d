// The device, as its own page asks it.

import { has, t } from "./text.js";

/** What the device refused, or could not be asked. */
export class Refusal extends Error {
  constructor(status, code, message, field) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

/** What the device has said in its own words, which are English. */
export const foreign = new Set();

/** Is called when the session is over. */
let leave = () => {};
export function onLogOut(act) {
  leave = act;
}

/** Log-ins from here that succeeded, and one that is under way: it ends the session before it. */
let logIns = 0;
let logIn = null;

async function send(method, path, body, options) {
  const before = logIns;
  const request = { ...options, method, headers: {} };
  if (body instanceof FormData || body instanceof Blob) request.body = body;
  else if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers["content-type"] = "application/json";
  }
  let answer;
  try {
    const asked = fetch(path, request);
    if (path === "/api/login") {
      logIn = asked.then((told) => { if (told.ok) logIns += 1; }, () => {});
    }
    answer = await asked;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, "unreachable", t("core.unreachable"));
  }
  if (answer.ok) return answer;
  if (answer.status === 401 && path !== "/api/login") {
    await logIn;
    if (logIns !== before) return send(method, path, body, options);
  }
  const told = await answer.json().catch(() => ({}));
  // A browser that is logged out has to log in; a wrong password is the log-in's own affair.
  if (answer.status === 401 && path !== "/api/login" && path !== "/api/claim") leave();
  const { code, message = `${answer.status}`, field } = told.error ?? {};
  if (has(`error.${code}`)) throw new Refusal(answer.status, code, t(`error.${code}`), field);
  foreign.add(message);
  throw new Refusal(answer.status, code, message, field);
}

/** The answer itself, for sound and files. Throws a `Refusal`. */
export async function fetched(method, path, body, options = {}) {
  return send(method, path, body, options);
}

/** What the answer says; null for an empty one. Throws a `Refusal`. */
export async function call(method, path, body, options = {}) {
  const answer = await send(method, path, body, options);
  if (answer.status === 204) return null;
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

export const get = (path, options) => call("GET", path, undefined, options);
