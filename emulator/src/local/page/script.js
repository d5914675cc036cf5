"use strict";

const byId = (id) => document.getElementById(id);
const element = (tag, properties, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

let functions = [];
let current = null;
const history = [];

async function json(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

function choose(name) {
  current = functions.find((one) => one.FunctionName === name) ?? functions[0];
  byId("functions").replaceChildren(
    ...functions.map((one) => {
      const button = element("button", { type: "button", textContent: one.FunctionName });
      button.onclick = () => choose(one.FunctionName);
      button.setAttribute("aria-current", one === current);
      return element("li", {}, button);
    }),
  );
  byId("name").textContent = current.FunctionName;
  byId("facts").textContent =
    `${current.Handler} · ${current.Runtime} · ${current.MemorySize} MB · ${current.Timeout} s`;
  byId("url").href = `http://${current.FunctionName.toLowerCase()}.localhost:${location.port}/`;
  window.history.replaceState(null, "", `#${current.FunctionName}`);
}

function listEvents({ saved, examples }) {
  const options = (events) =>
    events.map((event) => {
      const option = element("option", { value: event.name, textContent: event.name });
      option.onchosen = () => {
        byId("problem").textContent = event.error ?? "";
        if (event.text !== undefined) byId("event").value = event.text.trimEnd();
      };
      return option;
    });
  const groups = [
    ["Saved events", saved],
    ["Documented events", examples],
  ].filter(([, events]) => events.length > 0);
  const select = byId("events");
  select.replaceChildren(...groups.map(([label, events]) => element("optgroup", { label }, ...options(events))));
  select.onchange = () => select.selectedOptions[0]?.onchosen();
  select.onchange();
}

/** The event, as it is if it is JSON; what is wrong with it is shown otherwise. */
function readEvent() {
  const text = byId("event").value;
  try {
    if (text.trim() !== "") JSON.parse(text);
    byId("problem").textContent = "";
    return text;
  } catch (error) {
    byId("problem").textContent = `The event is not valid JSON: ${error.message}`;
    return undefined;
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function decode(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

async function send() {
  const event = readEvent();
  if (event === undefined) return;
  const name = current.FunctionName;
  byId("send").disabled = true;
  const began = performance.now();
  try {
    const response = await fetch(`/2015-03-31/functions/${name}/invocations`, {
      method: "POST",
      headers: { "X-Amz-Log-Type": "Tail" },
      body: event,
    });
    const body = await response.text();
    const log = decode(response.headers.get("X-Amz-Log-Result") ?? "");
    const failed = !response.ok || response.headers.has("X-Amz-Function-Error");
    const call = { name, event, body, log, failed, roundTrip: performance.now() - began };
    history.unshift(call);
    history.length = Math.min(history.length, 20);
    show(call);
  } catch (error) {
    byId("problem").textContent = `The server does not answer (${error.message}): is it still running?`;
  } finally {
    byId("send").disabled = false;
  }
}

const LAMBDA_LINE = /^(START|END|REPORT) RequestId: /;

function times(call) {
  const found = (label) => call.log.match(new RegExp(`\\t${label}: ([^\\t]+)`))?.[1];
  return [
    ["Duration", call.log.match(/\tDuration: ([^\t]+)/)?.[1]],
    ["Init", found("Init Duration")],
    ["Memory", found("Max Memory Used")],
    ["Round trip", `${call.roundTrip.toFixed(0)} ms`],
  ].filter(([, value]) => value !== undefined);
}

function show(call) {
  byId("result").hidden = false;
  byId("status").textContent = call.failed ? "Failed" : "Succeeded";
  byId("status").className = call.failed ? "bad" : "good";
  byId("times").replaceChildren(
    ...times(call).map(([name, value]) =>
      element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: value })),
    ),
  );
  byId("response").textContent = pretty(call.body);
  // Colours are for terminals.
  const lines = call.log.replace(/\x1b\[[0-9;]*m/g, "").replace(/\r/g, "\n").trimEnd().split("\n");
  byId("log").replaceChildren(
    ...lines.map((line) =>
      element("span", { className: LAMBDA_LINE.test(line) ? "lambda" : "", textContent: `${line}\n` }),
    ),
  );
  byId("history").replaceChildren(
    ...history.map((one) => {
      const button = element(
        "button",
        { type: "button" },
        element("span", { textContent: `${one.failed ? "✗" : "✓"} ${one.name}`, className: one.failed ? "bad" : "good" }),
        element("span", { textContent: times(one)[0][1] }),
      );
      button.setAttribute("aria-current", one === call);
      button.onclick = () => {
        choose(one.name);
        byId("event").value = one.event;
        show(one);
      };
      return element("li", {}, button);
    }),
  );
}

byId("send").onclick = send;
byId("event").onkeydown = (key) => {
  if (key.key === "Enter" && (key.ctrlKey || key.metaKey)) send();
};
byId("format").onclick = () => {
  const event = readEvent();
  if (event !== undefined) byId("event").value = pretty(event);
};

(async () => {
  try {
    functions = (await json("/2015-03-31/functions/")).Functions;
    choose(decodeURIComponent(location.hash.slice(1)));
    listEvents(await json("/page/events"));
  } catch (error) {
    byId("problem").textContent = `The functions cannot be listed: ${error.message}`;
  }
})();
