// The page of a running application. Everything that comes from it is put in as text, never as HTML.
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const MOST_LINES = 2000;
const panel = document.getElementById("panel");
const tabs = document.querySelector("nav");
const lines = document.getElementById("lines");
const filter = document.getElementById("filter");
let state = null;
let tab = "routes";
let refresh = null;
let reload = null;
const chosen = { route: null, form: {}, answer: null };
const start = { name: null, kind: "", event: "{}", answer: null };
let events = null;

function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter(child => child !== null));
  return made;
}

async function ask(path, body) {
  const options = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, options);
  const said = await answer.json();
  if (!answer.ok) throw new Error([said.error, said.hint].filter(Boolean).join("\n"));
  return said;
}

const failed = error => el("pre", { class: "error" }, String(error.message || error));

// ---------------------------------------------------------------------------------------------- tabs

const TABS = {
  routes: { title: "Routes", count: () => state.apis.reduce((sum, api) => sum + api.routes.length, 0), show: showRoutes },
  functions: { title: "Functions", count: () => state.functions.length, show: showFunctions },
  tables: { title: "Tables", count: () => state.tables.length, show: showTables },
  queues: { title: "Queues", count: () => state.queues.length, show: showQueues },
  schedules: { title: "Schedules", count: () => state.schedules.length, show: showSchedules },
  picture: { title: "Picture", count: () => null, show: showPicture },
};

function showTabs() {
  const known = Object.entries(TABS).filter(([, one]) => one.count() !== 0);
  if (!known.some(([name]) => name === tab)) tab = known[0][0];
  tabs.replaceChildren(...known.map(([name, one]) => el("button", {
    type: "button", role: "tab", id: `tab-${name}`, "aria-selected": String(name === tab), "aria-controls": "panel",
    onclick: () => { tab = name; location.hash = name; show(); },
  }, one.title, one.count() === null ? "" : el("span", { class: "count" }, String(one.count())))));
}

function show() {
  clearInterval(refresh);
  showTabs();
  panel.className = tab;
  panel.setAttribute("aria-labelledby", `tab-${tab}`);
  TABS[tab].show();
}

// ---------------------------------------------------------------------------------------------- routes

function showRoutes() {
  const parts = state.apis.map(api => el("section", { class: "sheet" },
    el("h2", {}, api.name || "API", el("small", {}, `${api.kind === "http" ? "HTTP" : "REST"} · ${api.title}`)),
    el("ul", { class: "routes" }, ...api.routes.map(route => el("li", {}, routeButton(api, route))))));
  panel.replaceChildren(requestForm(), ...parts);
}

function routeButton(api, route) {
  const current = chosen.route && chosen.route.api === api.name && chosen.route.title === route.title;
  return el("button", { type: "button", "aria-current": String(Boolean(current)), onclick: () => choose(api, route) },
    el("span", { class: `method ${route.method}` }, route.title.split(" ")[0]),
    el("span", { class: "path" }, route.path),
    route.key ? el("span", { class: "chip" }, "API key") : null,
    route.asks ? el("span", { class: "chip", title: "who may call" }, route.asks) : null,
    el("span", { class: "pale" }, route.function));
}

function choose(api, route) {
  chosen.route = { ...route, api: api.name };
  chosen.answer = null;
  chosen.form = {
    ...chosen.form, method: route.method, path: route.path.replace(/\{([^}+]+)\+?\}/g, "$1"), api: api.name,
    user: state.users.includes(route.asks) ? route.asks : "",
  };
  show();
  document.getElementById("path").focus();
}

function requestForm() {
  const form = chosen.form;
  const field = (name, made) => { made.id = name; made.addEventListener("input", () => { form[name] = made.value; }); return made; };
  const method = field("method", el("select", {}, ...METHODS.map(one => el("option", { selected: one === form.method }, one))));
  const path = field("path", el("input", { class: "mono", value: form.path || "/", spellcheck: "false", autocomplete: "off" }));
  const body = field("body", el("textarea", { rows: 4, spellcheck: "false", placeholder: '{"name": "value"}' }, form.body || ""));
  const headers = field("headers", el("textarea", { rows: 2, spellcheck: "false", placeholder: "Accept: application/json" }, form.headers || ""));
  const user = field("user", el("select", {}, el("option", { value: "" }, "nobody"),
    ...state.users.map(one => el("option", { value: one, selected: one === form.user }, `a user of ${one}`))));
  const api = field("api", el("select", {}, ...state.apis.map(one => el("option", { value: one.name, selected: one.name === form.api }, one.name || "API"))));
  const send = el("button", { class: "main", id: "send" }, "Send");
  const answer = el("div", {});
  if (chosen.answer) answer.replaceChildren(showAnswer(chosen.answer));
  const submit = async event => {
    event.preventDefault();
    send.disabled = true;
    const asked = { method: method.value, path: path.value, body: body.value, headers: headers.value, user: user.value, api: api.value };
    try {
      chosen.answer = await ask("send", asked);
      answer.replaceChildren(showAnswer(chosen.answer));
    } catch (error) {
      answer.replaceChildren(failed(error));
    }
    send.disabled = false;
  };
  const notes = [];
  if (chosen.route && chosen.route.key) notes.push("The API key is added.");
  if (chosen.route && chosen.route.asks === "IAM") notes.push("It is signed as the account's root.");
  return el("form", { class: "sheet", onsubmit: submit },
    el("div", { class: "row" },
      el("label", {}, el("span", {}, "Method"), method),
      el("label", { class: "wide" }, el("span", {}, "Path and query"), path),
      send),
    el("div", { class: "row" },
      state.apis.length > 1 ? el("label", {}, el("span", {}, "API"), api) : null,
      state.users.length ? el("label", {}, el("span", {}, "As"), user) : null,
      notes.length ? el("span", { class: "pale" }, notes.join(" ")) : null),
    el("details", { open: Boolean(form.body) || ["POST", "PUT", "PATCH"].includes(form.method) }, el("summary", {}, "Body"), body),
    el("details", { open: Boolean(form.headers) }, el("summary", {}, "Headers"), headers),
    answer);
}

function showAnswer(answer) {
  return el("div", { class: "answer" },
    el("div", { class: "bar" },
      el("span", { class: `chip ${answer.status < 400 ? "good" : "bad"}`, id: "status" }, answer.title),
      el("span", { class: "pale" }, `${answer.milliseconds} ms`),
      answer.cut ? el("span", { class: "pale" }, "cut: the body is longer") : null),
    el("pre", { id: "answer" }, answer.body || "(no body)"),
    el("details", {}, el("summary", {}, `${answer.headers.length} headers`),
      el("pre", {}, answer.headers.map(([name, value]) => `${name}: ${value}`).join("\n"))));
}

// ---------------------------------------------------------------------------------------------- functions

async function showFunctions() {
  if (!events) {
    panel.replaceChildren(el("p", { class: "pale" }, "…"));
    try { events = await ask("events"); } catch (error) { panel.replaceChildren(failed(error)); return; }
    if (tab !== "functions") return;
  }
  start.name = state.functions.includes(start.name) ? start.name : state.functions[0];
  const event = el("textarea", { id: "event", rows: 14, spellcheck: "false" }, start.event);
  event.addEventListener("input", () => { start.event = event.value; });
  const name = el("select", { id: "function" }, ...state.functions.map(one => el("option", { selected: one === start.name }, one)));
  name.addEventListener("input", () => { start.name = name.value; });
  const kind = el("select", { id: "kind" }, el("option", { value: "" }, "an event of your own"),
    ...events.map(one => el("optgroup", { label: one.title }, ...one.names.map(part => {
      const value = `${one.kind} ${part}`;
      return el("option", { value, selected: value === start.kind }, `${one.kind} ${part}`);
    }))));
  const out = el("div", {});
  kind.addEventListener("input", async () => {
    start.kind = kind.value;
    if (!kind.value) return;
    const cut = kind.value.indexOf(" ");
    try {
      const made = await ask("event", { kind: kind.value.slice(0, cut), name: kind.value.slice(cut + 1) });
      event.value = start.event = made.event;
    } catch (error) { out.replaceChildren(failed(error)); }
  });
  const button = el("button", { class: "main", id: "start" }, "Start");
  const shown = answer => el("div", { class: "answer" },
    el("div", { class: "bar" }, el("span", { class: `chip ${answer.ok ? "good" : "bad"}`, id: "ended" }, answer.ok ? "ended" : `failed: ${answer.error}`)),
    el("pre", { id: "returned" }, answer.answer));
  if (start.answer) out.replaceChildren(shown(start.answer));
  panel.replaceChildren(el("form", { class: "sheet", onsubmit: async submitted => {
    submitted.preventDefault();
    button.disabled = true;
    try {
      start.answer = await ask("start", { name: name.value, event: event.value });
      out.replaceChildren(shown(start.answer));
    } catch (error) { out.replaceChildren(failed(error)); }
    button.disabled = false;
  } },
  el("div", { class: "row" },
    el("label", {}, el("span", {}, "Function"), name),
    el("label", { class: "wide" }, el("span", {}, "Event"), kind),
    button),
  event, out), ...addresses());
}

// APIs among the resources, and functions' own URLs: nothing is known of their routes here.
function addresses() {
  const known = Object.entries(state.addresses);
  if (!known.length) return [];
  return [sheet("Addresses", "", el("table", {}, el("tbody", {}, ...known.map(([name, address]) =>
    el("tr", {}, el("td", {}, name), el("td", {}, el("a", { href: address, target: "_blank", rel: "noreferrer" }, address)))))))];
}

// ---------------------------------------------------------------------------------------------- tables, queues, schedules

function sheet(title, note, ...rest) {
  return el("section", { class: "sheet" }, el("h2", {}, title, el("small", {}, note)), ...rest);
}

async function showEach(names, read, draw) {
  const places = names.map(() => el("div", {}));
  panel.replaceChildren(...places);
  const load = () => Promise.all(names.map(async (name, index) => {
    let made;
    try { made = draw(name, await read(name)); } catch (error) { made = sheet(name.name || name, "", failed(error)); }
    if (!places[index].contains(document.activeElement)) places[index].replaceChildren(made);
  }));
  await load();
  clearInterval(refresh);
  refresh = setInterval(load, 2000);
}

const cell = value => value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);

function showTables() {
  showEach(state.tables, name => ask(`items?name=${encodeURIComponent(name)}`), (name, found) => {
    const others = new Set(found.items.flatMap(Object.keys));
    found.keys.forEach(key => others.delete(key));
    const columns = [...found.keys, ...[...others].sort()];
    const note = found.count > found.items.length ? `the first ${found.items.length} of ${found.count} items` : `${found.count} item${found.count === 1 ? "" : "s"}`;
    if (!found.count) return sheet(name, "no items");
    return sheet(name, note, el("div", { class: "scroll" }, el("table", {},
      el("thead", {}, el("tr", {}, ...columns.map(one => el("th", { class: found.keys.includes(one) ? "key" : "" }, one)))),
      el("tbody", {}, ...found.items.map(item => el("tr", {}, ...columns.map(one => el("td", {}, cell(item[one])))))))));
  });
}

function showQueues() {
  showEach(state.queues, queue => ask(`messages?name=${encodeURIComponent(queue.id)}`), (queue, found) => {
    if (!found.count) return sheet(queue.name, "no messages");
    const note = `${found.count} message${found.count === 1 ? "" : "s"}`;
    return sheet(queue.name, note, el("div", { class: "scroll" }, el("table", {},
      el("thead", {}, el("tr", {}, el("th", {}, "sent"), el("th", {}, "received"), el("th", {}, "body"))),
      el("tbody", {}, ...found.messages.map(one => el("tr", {},
        el("td", {}, new Date(one.sent * 1000).toLocaleTimeString()),
        el("td", {}, `${one.received} ×${one.visible ? "" : ", in flight"}`),
        el("td", {}, one.body)))))));
  });
}

function showSchedules() {
  panel.replaceChildren(...state.schedules.map(name => {
    const out = el("div", {});
    const button = el("button", { type: "button", class: "push", onclick: async () => {
      button.disabled = true;
      try {
        const fired = await ask("fire", { name });
        out.replaceChildren(...fired.map(one => el("div", { class: "answer" },
          el("div", { class: "bar" }, el("span", { class: `chip ${one.ok ? "good" : "bad"}` }, one.ok ? "ended" : "failed"), el("span", { class: "pale" }, one.function)),
          el("pre", {}, one.answer))));
      } catch (error) { out.replaceChildren(failed(error)); }
      button.disabled = false;
    } }, "Fire");
    return el("section", { class: "sheet" }, el("div", { class: "bar" }, el("h2", {}, name), button), out);
  }));
}

function showPicture() {
  panel.replaceChildren(el("iframe", { src: "picture", sandbox: "allow-scripts", title: "The application's picture" }));
}

// ---------------------------------------------------------------------------------------------- log

function matches(item) {
  return item.textContent.toLowerCase().includes(filter.value.trim().toLowerCase());
}

function tone(line) {
  const status = line.kind === "request" ? Number((line.text.match(/ {2}(\d{3}) /) || [])[1]) : 0;
  if (status >= 400 || line.kind === "problem") return "failed";
  if (line.kind !== "log") return "";
  if (/^(ERROR|CRITICAL|\[ERROR\]|Traceback)/.test(line.text)) return "failed";
  return /^(WARN|\[WARN)/.test(line.text) ? "warning" : "";
}

// What a function logs in one go is one entry: a traceback comes line by line.
function belongs(line, last) {
  return line.kind === "log" && last && last.dataset.kind === "log" && last.dataset.source === line.source
    && last.dataset.time === line.time && tone(line) === "";
}

function add(line) {
  const below = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
  lines.querySelector(".empty")?.remove();
  let item = lines.lastElementChild;
  if (belongs(line, item)) {
    if (!/^\s*[~^]+$/.test(line.text)) item.querySelector("pre").append(`\n${line.text}`);
  } else {
    item = el("li", { class: `${line.kind} ${tone(line)}`, "data-kind": line.kind, "data-source": line.source, "data-time": line.time },
      el("time", {}, line.time), el("span", { class: "source" }, line.source), el("pre", {}, line.text));
    lines.append(item);
  }
  item.hidden = !matches(item);
  while (lines.children.length > MOST_LINES) lines.firstChild.remove();
  if (below) lines.scrollTop = lines.scrollHeight;
  if (line.kind === "deployed") {
    clearTimeout(reload); // old lines come all at once
    reload = setTimeout(load, 200);
  }
}

function empty() {
  lines.replaceChildren(el("li", { class: "empty" }, "Requests and what functions log will be here."));
}

function follow() {
  const live = document.getElementById("live");
  const source = new EventSource("lines");
  source.onopen = () => { live.textContent = "live"; live.className = "chip good"; };
  source.onmessage = event => add(JSON.parse(event.data));
  source.onerror = () => { live.textContent = "not running"; live.className = "chip bad"; };
}

filter.addEventListener("input", () => { for (const item of lines.children) item.hidden = !matches(item); });
document.getElementById("clear").addEventListener("click", empty);

// ---------------------------------------------------------------------------------------------- start

async function load() {
  state = await ask("state");
  events = null;
  document.title = `${state.application} ${state.environment}: tapgen local`;
  document.getElementById("application").textContent = state.application;
  document.getElementById("environment").textContent = state.environment;
  document.getElementById("where").textContent = `${state.endpoint} · ${state.account} · ${state.region}`;
  if (!chosen.form.method && state.apis.length) Object.assign(chosen.form, { method: "GET", api: state.apis[0].name });
  show();
}

addEventListener("hashchange", () => { const name = location.hash.slice(1); if (name in TABS && name !== tab) { tab = name; show(); } });
if (location.hash.slice(1) in TABS) tab = location.hash.slice(1);
empty();
load().then(follow, error => panel.replaceChildren(failed(error)));
