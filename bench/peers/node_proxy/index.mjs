// The proxy: starts the Rust program as a child process, and hands each event on to it over HTTP, as Lambda's Runtime API would.

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// The child's request for an event, and the invocation that waits for one; each comes first at times.
let idle;
let current;

const serve = () => {
  if (!idle || !current || current.sent) return;
  current.sent = true;
  idle.writeHead(200, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(current.event),
    "Lambda-Runtime-Aws-Request-Id": current.context.awsRequestId,
    "Lambda-Runtime-Deadline-Ms": Date.now() + current.context.getRemainingTimeInMillis(),
    "Lambda-Runtime-Invoked-Function-Arn": current.context.invokedFunctionArn,
    "Lambda-Runtime-Trace-Id": process.env._X_AMZN_TRACE_ID ?? "",
  });
  idle.end(current.event);
  idle = undefined;
};

const server = createServer((request, response) => {
  if (request.method === "GET") {
    idle = response;
    serve();
    return;
  }
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    response.writeHead(202, { "Content-Length": 0 }).end();
    const answered = current;
    current = undefined;
    const body = JSON.parse(Buffer.concat(chunks).toString());
    if (request.url.endsWith("/response")) answered.resolve(body);
    else answered?.reject(new Error(body.errorMessage));
  });
});

await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const child = spawn(join(dirname(fileURLToPath(import.meta.url)), "program"), {
  env: { ...process.env, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${server.address().port}` },
  stdio: "inherit",
});
child.on("exit", (code) => process.exit(code ?? 1));

export const handler = (event, context) =>
  new Promise((resolve, reject) => {
    current = { event: JSON.stringify(event), context, resolve, reject };
    serve();
  });
