/** Streamed responses through index.mjs, as the Rust shims read them: `node --test shim/node/tests/streamed.test.mjs`. */
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";

const cases = JSON.parse(readFileSync(new URL("../../bridge/streamed.json", import.meta.url)));

/** A program that streams what an event holds, in chunks of five bytes. */
const PROGRAM = `#!${process.execPath}
const { request } = require("node:http");
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const PATH = "/2018-06-01/runtime/invocation/";
const call = (method, path, headers, chunks) => new Promise((resolve, reject) => {
  const sent = request({ host, port, method, path: PATH + path, headers }, async (response) => {
    resolve({ headers: response.headers, body: Buffer.concat(await response.toArray()) });
  });
  sent.on("error", reject);
  for (const chunk of chunks) sent.write(chunk);
  sent.end();
});
const main = async () => {
  for (;;) {
    const { headers, body } = await call("GET", "next", {}, []);
    const event = JSON.parse(body);
    const answer = Buffer.concat([Buffer.from(event.prelude), Buffer.alloc(8), Buffer.from(event.body, "base64")]);
    const chunks = [];
    for (let start = 0; start < answer.length; start += 5) chunks.push(answer.subarray(start, start + 5));
    await call("POST", headers["lambda-runtime-aws-request-id"] + "/response", {
      "Content-Type": "application/vnd.awslambda.http-integration-response",
      "Lambda-Runtime-Function-Response-Mode": "streaming",
    }, chunks);
  }
};
main().catch(() => process.exit());
`;

const folder = mkdtempSync(join(tmpdir(), "streamed-"));
copyFileSync(new URL("../index.mjs", import.meta.url), join(folder, "index.mjs"));
writeFileSync(join(folder, "bootstrap"), PROGRAM, { mode: 0o755 });
const { handler } = await import(pathToFileURL(join(folder, "index.mjs")));
const context = { awsRequestId: "id-1", getRemainingTimeInMillis: () => 1000 };

for (const streamed of cases) {
  test(streamed.name, async () => {
    if (streamed.error === undefined) {
      assert.deepEqual(await handler(streamed, context), streamed.response);
    } else {
      const failed = ({ name, message }) => name === "Runtime.StreamError" && message.startsWith(streamed.error);
      await assert.rejects(handler(streamed, context), failed);
    }
  });
}

after(() => {
  rmSync(folder, { recursive: true });
  // The program waits for its next event.
  setImmediate(() => process.exit(process.exitCode));
});
