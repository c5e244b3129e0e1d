// Shows /openapi.json to a person, and sends what they type. Whatever comes from the device is
// shown as text.

const state = document.getElementById("state");
const operations = document.getElementById("operations");
const contents = document.getElementById("contents");
const keyField = document.getElementById("key");
const longestText = 100_000;

/** An element with attributes, text and children. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function headers() {
  return keyField.value ? { "x-api-key": keyField.value } : {};
}

async function show() {
  state.textContent = "Asking for the description…";
  operations.replaceChildren();
  contents.hidden = true;
  try {
    const answer = await fetch("/openapi.json", { headers: headers() });
    if (answer.status === 401 || answer.status === 403) {
      state.textContent = "The description needs a key, or a log-in on the device's page.";
      return;
    }
    if (!answer.ok) throw new Error(`the device answered ${answer.status}`);
    render(await answer.json());
    state.textContent = "";
  } catch (error) {
    state.textContent = `The description cannot be had: ${error.message}`;
  }
}

function render(description) {
  const list = make("ul");
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const title = `${method.toUpperCase()} ${path}`;
      const id = operation.operationId;
      list.append(make("li", {}, make("a", { href: `#${id}` }, make("code", {}, title))));
      operations.append(section(id, title, method.toUpperCase(), path, operation));
    }
  }
  contents.replaceChildren(list);
  contents.hidden = false;
}

function section(id, title, method, path, operation) {
  const scopes = (operation.security ?? []).flatMap((way) => Object.values(way).flat());
  const part = make(
    "section", { "aria-labelledby": id },
    make("h2", { id }, make("code", {}, title)),
    make("p", {}, operation.summary),
    make("p", {}, scopes.length ? `Takes the scope ${scopes[0]}.` : "Open to all."));
  const answers = make("dl");
  for (const [status, answer] of Object.entries(operation.responses)) {
    const types = Object.keys(answer.content ?? {}).join(", ");
    answers.append(
      make("dt", {}, types ? `${status}: ${types}` : status),
      make("dd", {}, answer.description));
  }
  part.append(
    make("details", {}, make("summary", {}, `Answers of ${title}`), answers),
    make("details", {}, make("summary", {}, `Try ${title}`), trial(id, method, path, operation)));
  return part;
}

function field(id, name, note, input) {
  input.id = `${id}-${name}`;
  input.name = name;
  return [make("label", { for: input.id }, note ? `${name}: ${note}` : name), input];
}

/** The form of one operation, and where its answer is shown. */
function trial(id, method, path, operation) {
  const form = make("form");
  const parameters = operation.parameters ?? [];
  for (const parameter of parameters) {
    const input = make("input", parameter.required ? { required: "" } : {});
    form.append(...field(`${id}-${parameter.in}`, parameter.name, parameter.description, input));
  }
  const [type, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const fields = type === "multipart/form-data" ? content.schema.properties ?? {} : {};
  for (const [name, schema] of Object.entries(fields)) {
    const isFile = schema.format === "binary" || schema.contentMediaType !== undefined;
    const input = make("input", isFile ? { type: "file" } : {});
    form.append(...field(`${id}-body`, name, schema.description, input));
  }
  let text;
  if (type && type !== "multipart/form-data") {
    const isText = type.startsWith("text/") || type.endsWith("json");
    text = isText ? make("textarea", { spellcheck: "false" }) : make("input", { type: "file" });
    if (type.endsWith("json")) text.value = JSON.stringify(example(content.schema), null, 2);
    form.append(...field(id, "body", type, text));
  }
  const stop = make("button", { type: "button", disabled: "" }, "Stop");
  const result = make("div", { role: "region", "aria-label": `The answer to ${id}`,
    "aria-live": "polite" });
  form.append(make("button", {}, "Send"), stop, result);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const control = new AbortController();
    stop.onclick = () => control.abort();
    stop.disabled = false;
    const value = (place, name) => form.querySelector(
      `#${CSS.escape(`${id}-${place}-${name}`)}`);
    let target = path;
    const query = new URLSearchParams();
    const extra = {};
    for (const parameter of parameters) {
      const typed = value(parameter.in, parameter.name).value;
      if (parameter.in === "path") {
        target = target.replace(`{${parameter.name}}`, encodeURIComponent(typed));
      } else if (typed !== "" && parameter.in === "query") query.append(parameter.name, typed);
      else if (typed !== "") extra[parameter.name] = typed;
    }
    if ([...query].length) target += `?${query}`;
    const request = { method, headers: { ...headers(), ...extra }, signal: control.signal };
    if (type === "multipart/form-data") {
      request.body = new FormData();
      for (const name of Object.keys(fields)) {
        const input = value("body", name);
        if (input.type === "file" && input.files[0]) request.body.append(name, input.files[0]);
        else if (input.type !== "file" && input.value) request.body.append(name, input.value);
      }
    } else if (type) {
      request.headers["Content-Type"] = type;
      request.body = text.type === "file" ? text.files[0] : text.value;
    }
    try {
      await send(target, request, result);
    } catch (error) {
      const isStopped = error.name === "AbortError";
      result.append(make("p", {}, isStopped ? "Stopped." : `It failed: ${error.message}`));
    }
    stop.disabled = true;
  });
  return form;
}

async function send(target, request, result) {
  const began = performance.now();
  result.replaceChildren(make("p", {}, "Sent…"));
  const answer = await fetch(target, request);
  const time = Math.round(performance.now() - began);
  const head = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  const body = make("pre", { tabindex: "0" });
  result.replaceChildren(
    make("p", {}, `${answer.status} ${answer.statusText}, after ${time} ms`),
    make("pre", { tabindex: "0" }, head), body);
  const type = (answer.headers.get("Content-Type") ?? "").split(";")[0];
  if (/^text\/|json$|openmetrics/.test(type)) return showText(answer, type, body);
  const bytes = await answer.blob();
  if (bytes.size === 0) return body.remove();
  const url = URL.createObjectURL(bytes);
  body.replaceWith(make("p", {}, make("a", { href: url, download: "answer" },
    `${bytes.size} bytes, ${type}`)));
  if (type.startsWith("audio/")) {
    const player = make("audio", { controls: "", src: url });
    // Where a page may not play what it made itself, there is still the link.
    player.addEventListener("error", () => player.remove());
    result.append(player);
  }
}

/** As it comes: an event stream has no end. */
async function showText(answer, type, body) {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of pieces(answer.body)) {
    text = (text + decoder.decode(piece, { stream: true })).slice(-longestText);
    body.textContent = text;
  }
  if (!type.endsWith("json")) return;
  try {
    body.textContent = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // It stays as it came.
  }
}

async function* pieces(stream) {
  const reader = stream.getReader();
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Something that fits a schema, to begin with. */
function example(schema) {
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const choice = (schema.anyOf ?? schema.oneOf)?.[0];
  if (choice) return example(choice);
  switch (schema.type) {
    case "object": {
      const wanted = schema.required ?? Object.keys(schema.properties ?? {});
      return Object.fromEntries(
        wanted.map((name) => [name, example(schema.properties?.[name] ?? {})]));
    }
    case "array": return [];
    case "integer": case "number": return schema.minimum ?? 0;
    case "boolean": return false;
    case "null": return null;
    default: return "";
  }
}

document.getElementById("plain").hidden =
  location.protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
document.getElementById("way-in").addEventListener("submit", (event) => {
  event.preventDefault();
  show();
});
show();
