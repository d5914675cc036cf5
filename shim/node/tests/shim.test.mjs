/** index.mjs with a program that speaks to its Runtime API by hand: `node --test shim/node/tests/shim.test.mjs`. */
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";

const cases = JSON.parse(readFileSync(new URL("../../bridge/streamed.json", import.meta.url)));

/** A program with two workers, which streams what an event holds, in chunks of five bytes, or does what else the event says. */
const PROGRAM = `#!${process.execPath}
const { Agent, request } = require("node:http");
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const PATH = "/2018-06-01/runtime/invocation/";
const agent = new Agent({ keepAlive: true });
const call = (method, path, headers, chunks) => new Promise((resolve, reject) => {
  const sent = request({ agent, host, port, method, path: PATH + path, headers }, async (response) => {
    resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(await response.toArray()) });
  });
  sent.on("error", reject);
  for (const chunk of chunks) sent.write(chunk);
  if (headers["Content-Length"]) setTimeout(() => sent.destroy(), 50);
  else sent.end();
});
const worker = async () => {
  for (;;) {
    const { headers, body } = await call("GET", "next", {}, []);
    const id = headers["lambda-runtime-aws-request-id"];
    const event = JSON.parse(body);
    const { prelude, body: streamed } = event.streamed ?? {};
    if (event.do === "headers") {
      const sent = Object.entries(headers).filter(([name]) => name.startsWith("lambda-"));
      await call("POST", id + "/response", {}, [JSON.stringify(Object.fromEntries(sent))]);
    } else if (event.do === "stale") {
      const { status } = await call("POST", "id-0/response", {}, ["1"]);
      await call("POST", id + "/response", {}, [String(status)]);
    } else if (event.do === "cut") {
      await call("POST", id + "/response", { "Content-Length": 9 }, ["1"]).catch(() => {});
    } else if (event.do !== "forget") {
      const answer = Buffer.concat([Buffer.from(prelude), Buffer.alloc(8), Buffer.from(streamed, "base64")]);
      const chunks = [];
      for (let start = 0; start < answer.length; start += 5) chunks.push(answer.subarray(start, start + 5));
      await call("POST", id + "/response", {
        "Content-Type": "application/vnd.awslambda.http-integration-response",
        "Lambda-Runtime-Function-Response-Mode": "streaming",
      }, chunks);
    }
  }
};
Promise.all([worker(), worker()]).catch(() => process.exit());
`;

process.env.AWS_LAMBDA_MAX_CONCURRENCY = "2";
const folder = mkdtempSync(join(tmpdir(), "streamed-"));
copyFileSync(new URL("../index.mjs", import.meta.url), join(folder, "index.mjs"));
writeFileSync(join(folder, "bootstrap"), PROGRAM, { mode: 0o755 });
const { handler } = await import(pathToFileURL(join(folder, "index.mjs")));
const context = { awsRequestId: "id-1", getRemainingTimeInMillis: () => 1000 };

for (const streamed of cases) {
  test(streamed.name, async () => {
    const event = { ...streamed.event, streamed };
    if (streamed.error === undefined) {
      assert.deepEqual(await handler(event, context), streamed.response);
    } else {
      const failed = ({ name, message }) => name === "Runtime.StreamError" && message.startsWith(streamed.error);
      await assert.rejects(handler(event, context), failed);
    }
  });
}

test("only an event's own answer ends it", async () => {
  assert.equal(await handler({ do: "stale" }, context), 400);
});

test("an answer that is cut off fails its event", async () => {
  await assert.rejects(handler({ do: "cut" }, context), { name: "Runtime.TruncatedResponse" });
});

test("a context that somebody made up is sent as one that a program takes", async () => {
  assert.deepEqual(await handler({ do: "headers" }, {}), {
    "lambda-runtime-aws-request-id": "",
    "lambda-runtime-deadline-ms": "0",
  });
  const odd = {
    awsRequestId: "id-1",
    getRemainingTimeInMillis: () => -1e15,
    clientContext: { custom: { town: "K\u00f6ln" } },
    tenantId: "two\r\nlines",
  };
  assert.deepEqual(await handler({ do: "headers" }, odd), {
    "lambda-runtime-aws-request-id": "id-1",
    "lambda-runtime-deadline-ms": "0",
    "lambda-runtime-client-context": '{"custom":{"town":"K\\u00f6ln"}}',
    "lambda-runtime-aws-tenant-id": "two  lines",
  });
  const fraction = { awsRequestId: "id-1", getRemainingTimeInMillis: () => 1.5 };
  const { "lambda-runtime-deadline-ms": deadline } = await handler({ do: "headers" }, fraction);
  assert.match(deadline, /^[0-9]+$/);
});

test("an event that the loop forgets fails", async () => {
  const message = "the event loop went on without answering";
  await assert.rejects(handler({ do: "forget" }, context), { name: "Runtime.ExitError", message });
});

after(() => {
  rmSync(folder, { recursive: true });
  // The program waits for its next event.
  setImmediate(() => process.exit(process.exitCode));
});
