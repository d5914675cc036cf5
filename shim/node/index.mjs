/**
 * Hands Lambda's events to the Rust program beside this file, over a Runtime API on loopback. Packed by rules_rust_lambda.
 *
 * The program is the one of the OS-only runtime, unmodified. It is started as this module is imported, so that what it does before it asks for
 * an event falls into the init phase. When it ends, this process does in the same way, and Lambda starts a new one for the next event.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("bootstrap", import.meta.url));
const RUNTIME = "/2018-06-01/runtime/";
/** What parts the prelude of a streamed response from its body. */
const PRELUDE_END = Buffer.alloc(8);
/** What lambda_runtime writes at the end of a streamed body when the stream breaks off. */
const STREAM_ERROR = "Lambda-Runtime-Function-Error-Type: Runtime.StreamError\r\nLambda-Runtime-Function-Error-Body: ";

/** An error that Lambda's client reports under the name that the program gave it. */
const failure = (type, message) => {
  const error = new Error(message);
  error.name = type;
  // Where it came from is in Rust, and no line of this file.
  error.stack = "";
  return error;
};

const parseFailure = (body) => {
  try {
    const { errorType, errorMessage } = JSON.parse(body);
    return failure(errorType ?? "Runtime.UnknownError", errorMessage ?? "");
  } catch {
    return failure("Runtime.UnknownError", body);
  }
};

const joined = (value) => (Array.isArray(value) ? value.join(", ") : value);

/** A streamed response as the buffered one that API Gateway and function URLs take. */
const collect = (body) => {
  const end = body.indexOf(PRELUDE_END);
  if (end < 0) return JSON.parse(body.toString());
  const prelude = JSON.parse(body.subarray(0, end).toString());
  const content = body.subarray(end + PRELUDE_END.length);
  const broken = content.indexOf(STREAM_ERROR);
  if (broken >= 0) {
    const encoded = content.subarray(broken + STREAM_ERROR.length).toString().trim();
    throw failure("Runtime.StreamError", Buffer.from(encoded, "base64").toString());
  }
  const text = content.toString("utf8");
  const isText = Buffer.compare(Buffer.from(text, "utf8"), content) === 0;
  return {
    statusCode: prelude.statusCode ?? 200,
    headers: {
      "content-type": "application/octet-stream",
      ...Object.fromEntries(Object.entries(prelude.headers ?? {}).map(([name, value]) => [name, joined(value)])),
    },
    cookies: prelude.cookies ?? [],
    body: isText ? text : content.toString("base64"),
    isBase64Encoded: !isText,
  };
};

/** The headers that Lambda sends with an event; those without a value are left out. */
const headers = (context) =>
  Object.fromEntries(
    Object.entries({
      "Lambda-Runtime-Aws-Request-Id": context.awsRequestId,
      "Lambda-Runtime-Deadline-Ms": String(Date.now() + context.getRemainingTimeInMillis()),
      "Lambda-Runtime-Invoked-Function-Arn": context.invokedFunctionArn,
      "Lambda-Runtime-Trace-Id": process.env._X_AMZN_TRACE_ID,
      "Lambda-Runtime-Client-Context": context.clientContext && JSON.stringify(context.clientContext),
      "Lambda-Runtime-Cognito-Identity": context.identity && JSON.stringify(context.identity),
      "Lambda-Runtime-Aws-Tenant-Id": context.tenantId,
    }).filter(([, value]) => value),
  );

/** `Promise.withResolvers`, which Node.js 20 does not have. */
const withResolvers = () => {
  let resolve, reject;
  const promise = new Promise((...functions) => ([resolve, reject] = functions));
  return { promise, resolve, reject };
};

/** Ends this process as the program ended. What the program answered before is sent by then: the client for Node.js sends it as it gets it. */
const endAs = (code, signal) => {
  if (!signal) process.exit(code);
  // What handles a signal in this process must not keep it.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
};

/** The program. */
class Program {
  /** The program's request for an event, while it waits for one. */
  #idle;
  /** The invocation that the program has not been sent yet. */
  #waiting;
  /** The invocation that the program works on. */
  #current;
  #started = withResolvers();

  /** Starts the program; resolves when it asks for its first event. */
  async start(address) {
    const child = spawn(PROGRAM, {
      env: { ...process.env, AWS_LAMBDA_RUNTIME_API: address, _HANDLER: "bootstrap" },
      stdio: "inherit",
    });
    let reported = false;
    this.#started.promise.catch(() => (reported = true));
    child.on("error", (error) => this.#started.reject(failure("Runtime.InvalidEntrypoint", `${PROGRAM}: ${error.message}`)));
    // Of an initialisation that the program has reported an error of, Lambda's client reports it, and ends.
    child.on("exit", (code, signal) => reported || endAs(code, signal));
    await this.#started.promise;
  }

  /** Has the program answer an event. */
  invoke(event, context) {
    const { promise, resolve, reject } = withResolvers();
    this.#waiting = { body: JSON.stringify(event), headers: headers(context), id: context.awsRequestId, resolve, reject };
    this.#send();
    return promise;
  }

  #send() {
    if (!this.#idle || !this.#waiting) return;
    this.#current = this.#waiting;
    this.#waiting = undefined;
    this.#idle.writeHead(200, {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(this.#current.body),
      ...this.#current.headers,
    });
    this.#idle.end(this.#current.body);
    this.#idle = undefined;
  }

  /** Answers a request of the program's to its Runtime API. */
  async serve(request, response) {
    const call = request.url.slice(RUNTIME.length);
    if (request.method === "GET" && call === "invocation/next") {
      this.#started.resolve();
      this.#current = undefined;
      this.#idle = response;
      this.#send();
      return;
    }
    const body = Buffer.concat(await request.toArray());
    const current = this.#current;
    if (call.endsWith("/response")) {
      try {
        const streamed = request.headers["lambda-runtime-function-response-mode"] === "streaming";
        current?.resolve(streamed ? collect(body) : JSON.parse(body.toString()));
      } catch (error) {
        current?.reject(error);
      }
    } else if (call.endsWith("/error")) {
      const error = parseFailure(body.toString());
      (current ?? this.#started).reject(error);
    } else {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(202, { "Content-Type": "application/json" }).end('{"status":"OK"}');
  }
}

/** Hands on what is Lambda's affair: extensions that the program registers itself. */
const relay = (request, response) => {
  const { method, url, headers } = request;
  const outward = httpRequest(`http://${process.env.AWS_LAMBDA_RUNTIME_API}${url}`, { method, headers }, (inward) => {
    response.writeHead(inward.statusCode, inward.headers);
    inward.pipe(response);
  });
  outward.on("error", () => response.destroy());
  request.pipe(outward);
};

const program = new Program();

const server = createServer((request, response) => {
  if (request.url.startsWith(RUNTIME)) void program.serve(request, response);
  else relay(request, response);
});
// A program waits for its next event as long as Lambda leaves it.
server.requestTimeout = 0;
server.headersTimeout = 0;
server.keepAliveTimeout = 0;
server.listen(0, "127.0.0.1");
await once(server, "listening");
await program.start(`127.0.0.1:${server.address().port}`);

/** The function's handler: `index.handler`. */
export const handler = async (event, context) => program.invoke(event, context);
