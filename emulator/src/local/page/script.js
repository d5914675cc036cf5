"use strict";

const byId = (id) => document.getElementById(id);
const element = (tag, properties, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

let functions = [];
let events = [];
/** The function and the event that are chosen, and the id of the invocation that is shown. */
let current = null;
let chosen = null;
let shown = null;

async function json(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

// Functions and events

function chooseFunction(name) {
  current = functions.find((one) => one.FunctionName === name) ?? functions[0];
  for (const button of byId("functions").querySelectorAll("button")) {
    button.setAttribute("aria-current", button.textContent === current.FunctionName);
  }
  byId("name").textContent = current.FunctionName;
  byId("facts").textContent =
    `${current.Handler} · ${current.Runtime} · ${current.MemorySize} MB · ${current.Timeout} s`;
  byId("url").href = functionUrl();
  window.history.replaceState(null, "", `#${current.FunctionName}`);
  showCommands();
}

function functionUrl() {
  return `http://${current.FunctionName.toLowerCase()}.localhost:${location.port}/`;
}

/** A function by the user's choice; an event of another function's is changed for one of its own. */
function goTo(name) {
  if (name === current.FunctionName) return;
  clear("Send the event (Ctrl+Enter), or copy one of the lines for a terminal.");
  chooseFunction(name);
  if (chosen?.function && chosen.function !== current.FunctionName) chooseEvent(firstEvent());
}

function firstEvent() {
  return events.find((one) => one.function === current.FunctionName) ?? events.find((one) => !one.function);
}

function listFunctions() {
  byId("functions").replaceChildren(
    ...functions.map((one) => {
      const button = element("button", { type: "button", textContent: one.FunctionName });
      button.onclick = () => goTo(one.FunctionName);
      return element("li", {}, button);
    }),
  );
}

/** `sources` are those of a template, each with the function that it invokes. */
function listEvents({ saved, sources = [], examples }) {
  events = [...saved, ...sources, ...examples.map((example) => ({ ...example, documented: true }))];
  const of = (label, isIn) => [label, events.filter(isIn)];
  const groups = [
    ...functions.map(({ FunctionName: name }) => of(`Events of ${name}`, (one) => one.function === name)),
    of("Saved events", (one) => !one.documented && !one.function),
    of("Documented events", (one) => one.documented),
  ].filter(([, group]) => group.length > 0);
  const option = (one) => element("option", { value: events.indexOf(one), textContent: one.name });
  byId("events").replaceChildren(
    // What is chosen when the event is none of these, or none any longer.
    element("option", { value: "", textContent: "Own event", hidden: true }),
    ...groups.map(([label, group]) => element("optgroup", { label }, ...group.map(option))),
  );
  byId("events").onchange = () => {
    chooseEvent(events[byId("events").value]);
    if (chosen.function) chooseFunction(chosen.function);
  };
}

function chooseEvent(event) {
  chosen = event;
  // An event whose file cannot be read has no text.
  setText(event.text?.trimEnd() ?? "");
  if (event.error) {
    byId("events").value = events.indexOf(event);
    problem(event.error);
  }
}

function setText(text) {
  byId("event").value = text;
  edited();
}

/** The text is another one: it may be none of the list any longer, or one again. */
function edited() {
  byId("events").value = isAsSaved() ? events.indexOf(chosen) : "";
  problem("");
  showCommands();
}

/** What the event is called: nothing if it is not the chosen one's text any longer. */
function eventName() {
  return isAsSaved() ? chosen.name : "";
}

function isAsSaved() {
  return chosen?.text !== undefined && chosen.text.trimEnd() === byId("event").value.trimEnd();
}

// Lines for a terminal

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The event as a line has it: itself if it is short, or else its file. */
function payload() {
  const text = byId("event").value.trim();
  const line = text.includes("\n") ? oneLine(text) : text;
  if (line.length <= 200) return { text: quoted(line || "{}") };
  return { file: isAsSaved() && chosen.path ? chosen.path : "event.json" };
}

function oneLine(text) {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

function showCommands() {
  if (!current) return;
  const { text, file } = payload();
  const name = current.FunctionName;
  const of = (sign) => text ?? quoted(`${sign}${file}`);
  const where = file === "event.json" ? " (with the event in event.json)" : "";
  const lines = [
    ["aws", `aws lambda invoke --endpoint-url ${location.origin} --function-name ${name} ` +
      `--cli-binary-format raw-in-base64-out --payload ${of("file://")} /dev/stdout`],
    ["curl", `curl ${location.origin}/2015-03-31/functions/${name}/invocations --data-binary ${of("@")}`],
    ["Its function URL", `curl ${functionUrl()}`],
  ];
  byId("commands").replaceChildren(
    ...lines.map(([label, line]) => {
      // Each word is kept whole where it can be.
      const words = line.split(" ").flatMap((word) => [" ", element("span", { textContent: word })]);
      const code = element("code", { tabIndex: 0 }, ...words.slice(1));
      const button = element("button", { type: "button", textContent: "Copy" });
      button.setAttribute("aria-label", `Copy the line for ${label}`);
      button.onclick = () => copy(button, code);
      const title = label + (line.includes("event.json") ? where : "");
      return element("li", {}, element("div", {}, element("span", { textContent: title }), button), code);
    }),
  );
}

async function copy(button, code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
  } catch {
    // Without leave to write to the clipboard, the line is selected, for Ctrl+C.
    getSelection().selectAllChildren(code);
    button.textContent = "Selected";
  }
  setTimeout(() => (button.textContent = "Copy"), 1500);
}

// Sending

function problem(text) {
  byId("problem").textContent = text;
  byId("event").setAttribute("aria-invalid", text !== "");
}

/** Says what is wrong with an event, and leads to the place, if the message names one. */
function wrongEvent(message) {
  const place = message.match(/ at line (\d+) column (\d+)$/);
  if (!place) return problem(message);
  const area = byId("event");
  const lines = area.value.split("\n");
  const number = Math.max(Number(place[1]), 1);
  // The server counts bytes.
  const bytes = new TextEncoder().encode(lines[number - 1] ?? "").slice(0, Number(place[2]));
  const column = Math.max([...new TextDecoder().decode(bytes)].length, 1);
  const reason = message.slice(0, place.index).replace("Could not parse request body into json: ", "");
  problem(`The event is not valid JSON, line ${number}, column ${column}: ${reason}`);
  const before = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const at = Math.min(before + new TextDecoder().decode(bytes).length, area.value.length);
  area.focus();
  area.setSelectionRange(Math.max(at - 1, 0), at);
}

async function send() {
  if (byId("send").disabled) return;
  const name = current.FunctionName;
  byId("send").disabled = true;
  byId("send").textContent = "Sending …";
  problem("");
  clear("");
  try {
    const response = await fetch(`/2015-03-31/functions/${name}/invocations`, {
      method: "POST",
      headers: { "X-Lambda-Local-Event": encodeURIComponent(eventName()) },
      body: byId("event").value.trim() === "" ? "" : byId("event").value,
    });
    if (response.ok) {
      await show(response.headers.get("X-Amzn-RequestId"));
    } else {
      clear("The event was not sent.");
      wrongEvent((await response.json()).Message);
    }
  } catch (error) {
    clear("");
    problem(`The server does not answer (${error.message}): is it still running?`);
  } finally {
    byId("send").disabled = false;
    byId("send").textContent = "Send";
  }
}

function format() {
  try {
    setText(JSON.stringify(JSON.parse(byId("event").value), null, 2));
  } catch (error) {
    problem(`The event is not valid JSON: ${error.message}`);
  }
}

// What came of it

const LAMBDA_LINE = /^(START|END|REPORT) RequestId: /;
const STATES = { running: "… Running", succeeded: "✓ Succeeded", failed: "✗ Failed" };
const CLASSES = { running: "quiet", succeeded: "good", failed: "bad" };

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

const millis = (value) => (value === null ? "" : `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`);

function size(bytes) {
  if (bytes === null) return "";
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1e6).toFixed(2)} MB`;
}

/** No result, and why there is none. */
function clear(hint) {
  shown = null;
  sessionStorage.removeItem("shown");
  byId("answer").hidden = true;
  byId("status").textContent = "";
  byId("times").replaceChildren();
  byId("hint").textContent = hint;
  mark();
}

/** Says that a text is not whole. It is cut by bytes, which a text in JSON may have more of than letters. */
function whole(text, bytes) {
  const length = new TextEncoder().encode(text).length;
  return bytes > length + 8 ? `${text}\n… (cut: ${size(bytes)} in all)` : text;
}

async function show(id) {
  const call = await json(`/page/invocations/${encodeURIComponent(id)}`);
  shown = id;
  sessionStorage.setItem("shown", id);
  byId("hint").textContent = call.state === "running" ? "It runs …" : "";
  byId("status").textContent = STATES[call.state];
  byId("status").className = CLASSES[call.state];
  const facts = [
    ["Time", millis(call.durationMs)],
    ["Start", millis(call.initMs)],
    ["Memory", call.memoryMb === null ? "" : `${call.memoryMb} MB`],
    ["Size", size(call.responseBytes)],
  ].filter(([, value]) => value !== "");
  byId("times").replaceChildren(
    ...facts.map(([name, value]) =>
      element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: value })),
    ),
  );
  byId("answer").hidden = call.state === "running";
  byId("response").textContent = whole(pretty(call.response), call.responseBytes);
  // Colours are for terminals.
  const lines = call.log.replace(/\x1b\[[0-9;]*m/g, "").replace(/\r/g, "\n").trimEnd().split("\n");
  byId("log").replaceChildren(
    ...lines.map((line) =>
      element("span", { className: LAMBDA_LINE.test(line) ? "lambda" : "", textContent: `${line}\n` }),
    ),
  );
  mark();
  return call;
}

/** Shows an invocation of the list with its event. */
async function recall(id) {
  try {
    const call = await show(id);
    chooseFunction(call.function);
    const named = events.filter((one) => one.name === call.eventName);
    chosen = named.find((one) => one.text?.trimEnd() === call.event.trimEnd()) ?? null;
    setText(call.event);
    // Part of an event is none.
    if (call.eventBytes > new TextEncoder().encode(call.event).length) problem("The event is too long to be kept whole.");
  } catch (error) {
    clear(`It cannot be shown: ${error.message}`);
  }
}

// The list

const COLUMNS = [
  ["function", (one) => one.function],
  ["event", (one) => one.eventName ?? "–"],
  ["from", (one) => one.source],
  ["at", (one) => new Date(one.began).toLocaleTimeString([], { hour12: false })],
  ["number time", (one) => millis(one.durationMs)],
  ["number sent", (one) => size(one.eventBytes)],
  ["number got", (one) => size(one.responseBytes)],
];

function row(one) {
  const button = element("button", { type: "button", textContent: STATES[one.state], title: one.error ?? "" });
  button.className = CLASSES[one.state];
  button.setAttribute("aria-label", `${STATES[one.state].slice(2)}: show ${one.function}, ${one.eventName ?? "event"}`);
  button.onclick = () => recall(one.id);
  const made = element("tr", {}, element("td", { className: "state" }, button));
  made.dataset.id = one.id;
  made.append(
    ...COLUMNS.map(([className, text]) => element("td", { className, textContent: text(one), title: text(one) })),
  );
  return made;
}

function mark() {
  for (const made of byId("history").children) {
    made.querySelector("button").setAttribute("aria-current", made.dataset.id === shown);
  }
}

/** Shows the list as it is. Rows that are as they were stay, and with them the focus. */
function list(calls) {
  byId("none").hidden = calls.length > 0;
  byId("table").hidden = calls.length === 0;
  const old = new Map([...byId("history").children].map((made) => [made.dataset.id, made]));
  const rows = calls.map((one) => {
    const state = JSON.stringify(one);
    const before = old.get(one.id);
    const made = before?.dataset.state === state ? before : row(one);
    if (made !== before && before?.contains(document.activeElement)) {
      queueMicrotask(() => made.querySelector("button").focus());
    }
    made.dataset.state = state;
    return made;
  });
  const body = byId("history");
  const kept = new Set(rows);
  for (const made of [...body.children]) if (!kept.has(made)) made.remove();
  rows.forEach((made, index) => {
    if (body.children[index] !== made) body.insertBefore(made, body.children[index] ?? null);
  });
  mark();
}

/** Keeps the list as the server has it. Changes that come while it is fetched are fetched together. */
function follow() {
  let fetching = false;
  let again = false;
  const update = async () => {
    again = true;
    if (fetching) return;
    fetching = true;
    try {
      while (again) {
        again = false;
        const calls = await json("/page/invocations");
        const before = byId("history").querySelector(`[data-id="${CSS.escape(shown ?? "")}"]`)?.dataset.state;
        list(calls);
        const now = calls.find((one) => one.id === shown);
        if (before && now && before !== JSON.stringify(now)) await show(shown);
      }
    } catch {
      // The stream of changes says when the server is back.
    } finally {
      fetching = false;
    }
  };
  // A browser has few connections to a server: a page that is not seen leaves them to those that are.
  let changes = null;
  const watch = () => {
    changes?.close();
    changes = document.hidden ? null : new EventSource("/page/changes");
    if (changes) changes.onmessage = update;
  };
  document.addEventListener("visibilitychange", watch);
  watch();
}

byId("send").onclick = send;
byId("event").onkeydown = (key) => {
  if (key.key === "Enter" && (key.ctrlKey || key.metaKey)) send();
};
byId("event").oninput = edited;
byId("format").onclick = format;

(async () => {
  try {
    functions = (await json("/2015-03-31/functions/")).Functions;
    listFunctions();
    listEvents(await json("/page/events"));
    chooseFunction(decodeURIComponent(location.hash.slice(1)));
    chooseEvent(firstEvent());
    clearOrRestore(await json("/page/invocations"));
    follow();
  } catch (error) {
    problem(`The functions cannot be listed: ${error.message}`);
  }
})();

/** What was shown before the page was loaded anew. */
function clearOrRestore(calls) {
  list(calls);
  const before = sessionStorage.getItem("shown");
  if (calls.some((one) => one.id === before)) return recall(before);
  clear("Send the event (Ctrl+Enter), or copy one of the lines for a terminal.");
}
