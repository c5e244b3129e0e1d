// The device as a whole: what it is, its log, its backup, a new start.

import { fetched, get } from "../api.js";
import { action, choice, facts, field, h, save, sure, task } from "../dom.js";
import * as live from "../live.js";
import { back, onSettings, read as readSettings, restart, waiting } from "../store.js";
import { bytes, locale, t } from "../text.js";

const levels = ["error", "warning", "info", "debug"];
/** Lines that are shown at once. */
const most = 1000;

export async function show(place) {
  const ends = [];
  const about = h("div");
  const waits = waiting();
  const parts = h("tbody");
  const trouble = h("p", { class: "bad", role: "status" });

  place.append(h("h1", {}, t("view.system")), trouble, about,
    h("h2", {}, t("system.restart")), h("p", { class: "note" }, t("system.restartWhat")), waits.element,
    task(t("system.restart"), null, async (signal) => {
      if (!(await sure(t("system.sureRestart"), t("system.restart")))) return null;
      await restart(signal);
      read();
      return t("core.restarted");
    }, { class: "danger" }),
    backup(), log(),
    h("h2", {}, t("system.licences")), h("p", {}, t("system.licence")),
    h("table", {}, h("thead", {}, h("tr", {}, ["part", "licenceOf"].map((key) => h("th", { scope: "col" }, t(`system.${key}`))))), parts));

  async function read() {
    try {
      const [made, status] = await Promise.all([get("/api/about"), get("/api/status"), readSettings()]);
      about.replaceChildren(facts([
        [t("system.version"), made.version], [t("set.name"), status.name],
        [t("set.board"), made.machine], [t("view.system"), made.system], [t("system.kernel"), made.kernel],
        [t("system.uptime"), duration(status.uptimeSeconds)], [t("system.memory"), bytes(status.memoryBytes)],
        [t("now.role.archive"), status.archive && (status.archive.problem ?? t("system.archived", status.archive))],
      ]));
      parts.replaceChildren(...made.parts.map((part) => h("tr", {}, h("th", { scope: "row" }, part.name, h("span", { class: "note block" }, part.file)), h("td", {}, part.licence))));
      trouble.textContent = "";
    } catch (error) {
      trouble.textContent = error.message;
    }
  }

  function duration(all) {
    const days = Math.floor(all / 86_400);
    const hours = Math.floor((all % 86_400) / 3600);
    const minutes = Math.floor((all % 3600) / 60);
    return [days && `${days} d`, (days || hours) && `${hours} h`, `${minutes} min`].filter(Boolean).join(" ");
  }

  // MARK: Backup

  function backup() {
    const file = h("input", { type: "file" });
    const progress = (place) => place.querySelector("progress");

    const fetching = task(t("system.fetch"), null, async (signal) => {
      const answer = await fetched("GET", "/api/backup", undefined, { signal });
      const bar = progress(fetching);
      bar.max = Number(answer.headers.get("content-length")) || 1;
      const pieces = [];
      let count = 0;
      const reader = answer.body.getReader();
      for (let piece; !(piece = await reader.read()).done;) {
        pieces.push(piece.value);
        bar.value = count += piece.value.length;
      }
      save(`pressel-${new Date().toISOString().slice(0, 10)}.backup`, new Blob(pieces));
      bar.removeAttribute("value");
      return t("system.fetched", { size: bytes(count) });
    });

    const restoring = task(t("system.restore"), null, async (signal) => {
      const chosen = file.files[0];
      if (!chosen) {
        file.focus();
        throw new Error(t("system.noFile"));
      }
      if (!(await sure(t("system.sureRestore", { name: chosen.name }), t("system.restore")))) return null;
      await send(chosen, progress(restoring), signal);
      progress(restoring).removeAttribute("value");
      await back(signal);
      location.reload();
      return null;
    }, { class: "danger" });

    return h("section", {}, h("h2", {}, t("system.backup")), h("p", { class: "note" }, t("system.backupWhat")), fetching,
      h("h3", {}, t("system.restore")), h("p", { class: "note" }, t("system.restoreWhat")),
      field(t("system.file"), file), restoring);
  }

  /** `fetch` does not tell how far an upload is. */
  const send = (backup, bar, signal) => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    signal.addEventListener("abort", () => request.abort());
    request.open("POST", "/api/restore");
    request.responseType = "json";
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => {
      bar.max = total;
      bar.value = loaded;
    };
    request.onload = () => (request.status < 300 ? resolve()
      : reject(new Error(request.response?.error?.message ?? `${request.status}`)));
    request.onerror = () => reject(new Error(t("core.unreachable")));
    request.onabort = () => reject(signal.reason);
    request.send(backup);
  });

  // MARK: The log

  function log() {
    const level = choice(levels.map((name) => [name, t(`system.level.${name}`)]), "info");
    const follow = h("input", { type: "checkbox", checked: true });
    const told = h("p", { class: "bad", role: "status" });
    const lines = h("ol");
    const box = h("div", { class: "log", tabindex: 0, role: "region", "aria-label": t("system.log") }, lines);
    const clock = new Intl.DateTimeFormat(locale(), { dateStyle: "short", timeStyle: "medium" });
    let last = 0;
    let asked = 0;
    let timer;

    async function look(turn = asked) {
      clearTimeout(timer);
      try {
        const query = new URLSearchParams({ level: level.value, limit: 200, after: last });
        const found = (await get(`/api/log?${query}`)).lines;
        if (turn !== asked) return;
        told.textContent = "";
        const isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
        for (const line of found) {
          // Two may have looked at once.
          if (line.number <= last) continue;
          last = line.number;
          lines.append(h("li", { class: line.level },
            h("span", { class: "note" }, line.at ? clock.format(new Date(line.at)) : "", " ", t(`system.level.${line.level}`), " ", line.part), " ", line.text));
        }
        while (lines.childElementCount > most) lines.firstChild.remove();
        if (isAtEnd && found.length) box.scrollTop = box.scrollHeight;
      } catch (error) {
        if (turn !== asked) return;
        told.textContent = error.message;
      }
      if (turn === asked && follow.checked && document.visibilityState === "visible") timer = setTimeout(look, 2000, turn);
    }

    function begin() {
      asked++;
      last = 0;
      lines.replaceChildren();
      return look();
    }
    level.addEventListener("change", begin);
    follow.addEventListener("change", () => (follow.checked ? look() : clearTimeout(timer)));
    // A program that was started again counts anew, and so does this.
    ends.push(live.on("status", begin), live.onReturn(() => follow.checked && look()), () => { asked++; clearTimeout(timer); });
    begin();
    return h("section", {}, h("h2", {}, t("system.log")),
      h("div", { class: "fields" },
        field(t("system.level"), level),
        h("label", { class: "check" }, follow, t("system.follow"))),
      told, box,
      action(t("system.saveLog"), async () => {
        const all = (await get("/api/log?limit=1000")).lines;
        const text = all.map((line) => `${line.at ?? "-"} ${line.level} ${line.part}: ${line.text}\n`).join("");
        save("pressel.log", new Blob([text], { type: "text/plain" }));
      }, { class: "plain" }));
  }

  ends.push(onSettings(waits.update), live.onReturn(read), live.on("status", read));
  await read();
  return () => ends.forEach((act) => act());
}
