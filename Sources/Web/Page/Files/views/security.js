// Who may: the password, browsers that are logged in, keys for programs, keys to providers.

import { call, get } from "../api.js";
import { action, choice, facts, field, focusOn, h, sure } from "../dom.js";
import { secret } from "../form.js";
import * as live from "../live.js";
import { owner, password as typed, reveal } from "./entry.js";
import { names, onSettings, plainWarning, read } from "../store.js";
import { has, number, t, when } from "../text.js";

const scopes = ["talk", "read", "admin"];

export async function show(place) {
  const notice = h("div");
  const sessions = part("sessions", readSessions);
  const keys = part("keys", readKeys);
  place.append(h("h1", {}, t("view.security")), notice, password(),
    sessions.element, keys.element, newKey());

  /** A section that is read anew when it may be old. */
  function part(name, read) {
    const title = h("h2", {}, t(`security.${name}`));
    const trouble = h("p", { class: "bad", role: "status" });
    const told = h("p", { role: "status" });
    const content = h("div");
    let asked = 0;
    const refresh = async () => {
      const turn = ++asked;
      try {
        const nodes = await read();
        if (turn !== asked) return;
        trouble.textContent = "";
        content.replaceChildren(...nodes.flat(Infinity).filter(Boolean));
      } catch (error) {
        if (turn === asked) trouble.textContent = error.message;
      }
    };
    return {
      element: h("section", {}, title, h("p", { class: "note" }, t(`security.${name}.what`)), trouble, told, content),
      refresh,
      /** When what had the focus is gone. */
      tell(words) {
        told.textContent = words;
        focusOn(title);
      },
    };
  }

  // MARK: The password

  function password() {
    const fields = [typed(t("security.old"), false), typed(t("security.new"), true, t("claim.passwordNote")), typed(t("security.again"), true)];
    const [old, first, again] = fields.map(({ input }) => input);
    const change = action(t("security.change"), async () => {
      if ([...first.value].length < 8) {
        first.focus();
        throw new Error(t("security.short"));
      }
      if (first.value !== again.value) {
        again.focus();
        throw new Error(t("claim.differ"));
      }
      await call("POST", "/api/login", { password: old.value, newPassword: first.value });
      old.value = first.value = again.value = "";
      // The stream was the old session's.
      live.stop();
      live.start();
      sessions.refresh();
      return t("security.changed");
    }, { type: "submit" });
    return h("section", {}, h("h2", {}, t("login.password")),
      h("form", { onsubmit: (event) => event.preventDefault() },
        owner(), fields.map(({ element }) => element), reveal([old, first, again]), change));
  }

  // MARK: Browsers

  async function readSessions() {
    const list = (await get("/api/sessions")).sessions;
    list.sort((one, other) => other.current - one.current || (other.usedAt ?? 0) - (one.usedAt ?? 0));
    const others = list.filter(({ current }) => !current).length;
    return [
      h("ul", { class: "rows" }, list.map((one) => h("li", { class: "card" },
        h("p", {}, h("strong", {}, browser(one.agent)), one.current && h("span", { class: "good" }, ` – ${t("security.current")}`)),
        facts([[t("security.address"), one.address], [t("security.since"), when(one.madeAt)], [t("security.used"), when(one.usedAt)]]),
        !one.current && action(t("security.end"), async () => {
          await call("DELETE", `/api/sessions/${one.id}`);
          await sessions.refresh();
          sessions.tell(t("security.ended"));
        }, { class: "danger", "aria-label": `${t("security.end")}: ${browser(one.agent)}, ${one.address}` })))),
      others > 0 && action(t("security.endOthers"), async () => {
        await call("DELETE", "/api/sessions");
        await sessions.refresh();
        sessions.tell(t("security.endedOthers"));
      }, { class: "danger" }),
      action(t("security.logOut"), async () => {
        await call("POST", "/api/logout");
        location.reload();
      }, { class: "plain" }),
    ];
  }

  /** What people call it. */
  function browser(agent) {
    const name = [[/Edg\//, "Edge"], [/OPR\//, "Opera"], [/Firefox\//, "Firefox"], [/Chrome\//, "Chrome"], [/Safari\//, "Safari"]]
      .find(([pattern]) => pattern.test(agent))?.[1];
    const system = [[/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Mac OS/, "macOS"], [/Windows/, "Windows"], [/Linux/, "Linux"]]
      .find(([pattern]) => pattern.test(agent))?.[1];
    if (!name) return agent.slice(0, 80) || t("security.unknown");
    return system ? t("security.on", { name, system }) : name;
  }

  // MARK: Keys of other programs

  async function readKeys() {
    const list = (await get("/api/keys")).keys;
    if (!list.length) return [h("p", {}, t("security.noKeys"))];
    return [h("ul", { class: "rows" }, list.map((key) => h("li", { class: "card" },
      h("p", {}, h("strong", {}, key.name), ` – ${t(`scope.${key.scope}`)}`),
      facts([
        [t("security.usedToday"), key.perDay ? t("security.of", { used: number(key.usedToday), most: number(key.perDay) }) : number(key.usedToday)],
        [t("security.perMinute"), key.perMinute && number(key.perMinute)],
        [t("set.link.voice"), key.voice], [t("set.conversation.systemPrompt"), key.systemPrompt],
      ]),
      action(t("security.remove"), async () => {
        if (!(await sure(t("security.sureKey", { name: key.name }), t("security.remove")))) return;
        await call("DELETE", `/api/keys/${key.id}`);
        await keys.refresh();
        keys.tell(t("security.removed", { name: key.name }));
      }, { class: "danger", "aria-label": `${t("security.remove")}: ${key.name}` }))))];
  }

  function newKey() {
    const name = h("input", { type: "text", maxlength: 100, autocomplete: "off", required: true });
    const scope = choice(scopes.map((one) => [one, t(`scope.${one}`)]), "talk");
    const perMinute = h("input", { type: "number", min: 1, max: 100000, inputmode: "numeric" });
    const perDay = h("input", { type: "number", min: 1, max: 10000000, inputmode: "numeric" });
    const voice = h("input", { type: "text", maxlength: 200, autocomplete: "off" });
    const prompt = h("textarea", { maxlength: 8000, rows: 3 });
    const told = h("div", { role: "status" });
    const inputs = { name, scope, perMinute, perDay, voice, systemPrompt: prompt };
    const details = h("details", { class: "card" }, h("summary", {}, t("security.newKey")),
      h("form", { onsubmit: (event) => event.preventDefault() },
        field(t("set.name"), name, t("security.nameNote")), field(t("security.scope"), scope),
        h("div", { class: "fields" }, field(t("security.perMinute"), perMinute, t("security.noLimit")), field(t("security.perDay"), perDay, t("security.noLimit"))),
        field(t("set.link.voice"), voice, t("security.voiceNote")), field(t("set.conversation.systemPrompt"), prompt, t("security.promptNote")),
        action(t("security.make"), async () => {
          told.replaceChildren();
          for (const input of Object.values(inputs)) input.removeAttribute("aria-invalid");
          const wish = { name: name.value.trim(), scope: scope.value };
          for (const [key, input] of Object.entries({ perMinute, perDay })) {
            if (!input.validity.valid) {
              wrong(input);
              throw new Error(`${input.labels[0].textContent}: ${input.validationMessage}`);
            }
            if (input.value) wish[key] = Number(input.value);
          }
          if (voice.value.trim()) wish.voice = voice.value.trim();
          if (prompt.value.trim()) wish.systemPrompt = prompt.value.trim();
          let made;
          try {
            made = await call("POST", "/api/keys", wish);
          } catch (error) {
            if (inputs[error.field]) wrong(inputs[error.field]);
            throw error;
          }
          name.value = perMinute.value = perDay.value = voice.value = prompt.value = "";
          scope.value = "talk";
          tellKey(made);
          await keys.refresh();
        }, { type: "submit" })), told);
    const wrong = (input) => {
      input.setAttribute("aria-invalid", "true");
      input.focus();
    };

    /** It is told once. */
    function tellKey(made) {
      const secret = h("input", { type: "text", readonly: true, value: made.key, onfocus: () => secret.select() });
      const shown = h("div", { class: "card" }, h("p", {}, t("security.made", { name: made.name })),
        field(t("setup.key"), secret),
        action(t("security.copy"), async () => {
          secret.select();
          // By plain HTTP there is no clipboard but the one of old.
          if (navigator.clipboard) await navigator.clipboard.writeText(made.key);
          else if (!document.execCommand("copy")) throw new Error(t("security.notCopied"));
          return t("security.copied");
        }),
        h("button", { type: "button", class: "plain", onclick: () => { shown.remove(); name.focus(); } }, t("security.noted")));
      told.replaceChildren(shown);
      secret.focus();
    }
    return details;
  }

  // MARK: Keys to providers

  const rows = [];

  function providers(report) {
    const list = report.secrets.map(({ name }) => {
      const label = has(`secret.${name}`) ? t(`secret.${name}`) : name;
      const summary = h("summary", {});
      const row = secret(name, label, (report) => t(names(report.needsRestart, name) ? "core.needsRestart" : "security.kept", { name: label }));
      rows.push((report) => {
        row.update(report);
        const { source } = report.secrets.find((one) => one.name === name);
        summary.replaceChildren(h("strong", {}, label), " – ",
          h("span", { class: source ? "good" : "note" }, t(`security.from.${source ?? "nobody"}`)),
          names(report.needsRestart, name) ? ` ${t("core.needsRestart")}` : "");
      });
      return h("li", {}, h("details", { class: "card" }, summary, row.element));
    });
    return h("section", {}, h("h2", {}, t("security.secrets")), h("p", { class: "note" }, t("security.secrets.what")),
      h("ul", { class: "rows" }, list));
  }

  const refresh = () => {
    sessions.refresh();
    keys.refresh();
  };
  const parts = { sessions, keys };
  const take = (report) => {
    if (!rows.length) {
      notice.replaceChildren(plainWarning(report.settings.web.tlsPort) ?? "");
      place.append(providers(report));
    }
    for (const update of rows) update(report);
  };
  const ends = [live.on("changed", ({ what }) => parts[what]?.refresh()), live.onReturn(refresh), onSettings(take)];
  await Promise.all([sessions.refresh(), keys.refresh(), read().catch((error) => notice.replaceChildren(error.message))]);
  return () => ends.forEach((act) => act());
}
