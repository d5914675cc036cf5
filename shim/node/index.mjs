/**
 * Hands Lambda's events to the Rust program beside this file, over a Runtime API on loopback. Packed by rules_rust_lambda.
 *
 * The program is the one of the OS-only runtime, unmodified. It is started as this module is imported, so that what it does before it asks for
 * an event falls into the init phase. When it ends, this process does in the same way, and Lambda starts a new one for the next event.
 */
import { isUtf8 } from "node:buffer";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("bootstrap", import.meta.url));
const RUNTIME = "/2018-06-01/runtime/";
/** What a streamed response that begins with a prelude says that it is. */
const WITH_PRELUDE = "application/vnd.awslambda.http-integration-response";
/** What parts the prelude from the body. No JSON has it, so the first is the one, whatever the body holds. */
const PRELUDE_END = Buffer.alloc(8);
/** What lambda_runtime writes at the end of a streamed body when the stream breaks off, before the error's text in base64 and a line break. */
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

/** A value as a text, or those in a list. */
const strings = (value) => {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(strings);
  return [typeof value === "string" ? value : JSON.stringify(value)];
};

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** Lists of values by headers' names in lower case. */
const headerValues = (headers) => {
  const values = new Map();
  for (const [name, value] of isObject(headers) ? Object.entries(headers) : []) {
    const known = name.toLowerCase();
    values.set(known, [...(values.get(known) ?? []), ...strings(value)]);
  }
  return values;
};

const brokenOff = (message) => failure("Runtime.StreamError", message);

const parsePrelude = (text) => {
  let prelude;
  try {
    prelude = JSON.parse(text);
  } catch {
    // Told with the others.
  }
  if (!isObject(prelude)) throw brokenOff("the prelude of the streamed response is no JSON object");
  const { statusCode = 200 } = prelude;
  if (!Number.isInteger(statusCode) || statusCode < 0) {
    throw brokenOff(`${JSON.stringify(statusCode)} is not a statusCode of HTTP`);
  }
  return { ...prelude, statusCode };
};

/** The message of the error that ends the body of a broken stream. A body that only quotes such an ending goes on behind it. */
const streamError = (body) => {
  const start = body.lastIndexOf(STREAM_ERROR);
  if (start < 0) return undefined;
  const [, encoded] = /^([A-Za-z0-9+/]*={0,2})\r\n$/.exec(body.subarray(start + STREAM_ERROR.length).toString("latin1")) ?? [];
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString();
};

/** The headers and cookies of a response, in the form that the event's source takes; what is none of HTTP gets the form of function URLs. */
const formed = (event, headers, cookies) => {
  const source = isObject(event?.requestContext) ? event.requestContext : {};
  const isBalancer = (source.elb ?? undefined) !== undefined;
  const isListed = (source.httpMethod ?? source.connectionId ?? undefined) !== undefined;
  if (!isBalancer && !isListed) return { headers, cookies };
  const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  const [cookie] = cookies;
  const multiValueHeaders = cookie === undefined ? lists : { ...lists, "set-cookie": cookies };
  // API Gateway would send what is in both twice; a load balancer reads the one or the other as its target group is set.
  if (!isBalancer) return { headers: {}, multiValueHeaders };
  return { headers: cookie === undefined ? headers : { ...headers, "set-cookie": cookie }, multiValueHeaders };
};

/** A streamed response as the buffered one that the event's source takes: as the Rust shims make it. */
const collect = (answer, event) => {
  const end = answer.indexOf(PRELUDE_END);
  if (end < 0) throw brokenOff("the streamed response has no 8 NUL bytes after its prelude");
  const prelude = parsePrelude(answer.subarray(0, end).toString());
  const body = answer.subarray(end + PRELUDE_END.length);
  const error = streamError(body);
  if (error !== undefined) throw brokenOff(error);
  // Where both name a header, API Gateway takes it from the second.
  const values = new Map([...headerValues(prelude.headers), ...headerValues(prelude.multiValueHeaders)]);
  const cookies = [...strings(prelude.cookies), ...(values.get("set-cookie") ?? [])];
  values.delete("set-cookie");
  const headers = { "content-type": "application/octet-stream" };
  for (const [name, list] of values) {
    if (list.length) headers[name] = list.join(", ");
  }
  const isText = isUtf8(body);
  return {
    statusCode: prelude.statusCode,
    ...formed(event, headers, cookies),
    body: body.toString(isText ? "utf8" : "base64"),
    isBase64Encoded: !isText,
  };
};

/** Whether a posted response begins with a prelude. */
const hasPrelude = ({ headers }) =>
  headers["lambda-runtime-function-response-mode"] === "streaming" &&
  headers["content-type"]?.split(";")[0].trim().toLowerCase() === WITH_PRELUDE;

/** The deadline, from whatever a caller's context says is left: a program ends at one that is no whole number. */
const deadline = (context) => {
  const deadline = Math.trunc(Date.now() + Number(context.getRemainingTimeInMillis?.()));
  return String(deadline >= 0 && Number.isSafeInteger(deadline) ? deadline : 0);
};

/** JSON of the same meaning with no character that a header does not take. */
const inAscii = (value) =>
  value && JSON.stringify(value).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** A value that a header can have: what a caller made up may hold anything. */
const oneLine = (value) => value && String(value).replace(/[^\t -~]/g, " ");

/** The headers that Lambda sends with an event; those without a value are left out, but for the first two, without which a program ends. */
const headers = (context) => ({
  "Lambda-Runtime-Aws-Request-Id": oneLine(context.awsRequestId) ?? "",
  "Lambda-Runtime-Deadline-Ms": deadline(context),
  ...Object.fromEntries(
    Object.entries({
      "Lambda-Runtime-Invoked-Function-Arn": oneLine(context.invokedFunctionArn),
      "Lambda-Runtime-Trace-Id": oneLine(process.env._X_AMZN_TRACE_ID),
      "Lambda-Runtime-Client-Context": inAscii(context.clientContext),
      "Lambda-Runtime-Cognito-Identity": inAscii(context.identity),
      "Lambda-Runtime-Aws-Tenant-Id": oneLine(context.tenantId),
    }).filter(([, value]) => value),
  ),
});

/** How many events a program may ask for at once, as lambda_runtime reads it. */
const maxConcurrency = () => Math.max(1, Number.parseInt(process.env.AWS_LAMBDA_MAX_CONCURRENCY, 10) || 1);

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
  /** The program's requests for an event that wait for one: a program may have several workers. */
  #idle = [];
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
    this.#waiting = { event, body: JSON.stringify(event), headers: headers(context), id: context.awsRequestId ?? "", resolve, reject };
    this.#send();
    return promise;
  }

  #send() {
    if (!this.#waiting) return;
    const idle = this.#idle.shift();
    if (!idle) return;
    this.#current = this.#waiting;
    this.#waiting = undefined;
    idle.writeHead(200, {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(this.#current.body),
      ...this.#current.headers,
    });
    idle.end(this.#current.body);
  }

  /** The invocation at hand, which is over. */
  #take() {
    const current = this.#current;
    this.#current = undefined;
    return current;
  }

  /** Answers a request of the program's to its Runtime API. */
  async serve(request, response) {
    const call = request.url.slice(RUNTIME.length);
    if (request.method === "GET" && call === "invocation/next") {
      this.#started.resolve();
      this.#idle.push(response);
      response.on("close", () => (this.#idle = this.#idle.filter((idle) => idle !== response)));
      // All workers wait, so none of them will answer it any more.
      if (this.#current && this.#idle.length >= maxConcurrency()) {
        this.#take().reject(failure("Runtime.ExitError", "the event loop went on without answering"));
      }
      this.#send();
      return;
    }
    const body = await request.toArray().then(Buffer.concat, () => undefined);
    const [kind, id] = call.split("/");
    const isAnswer = call.endsWith("/response");
    if (!isAnswer && !call.endsWith("/error")) {
      response.writeHead(404).end();
      return;
    }
    // Only its own answer ends an event. An error of the initialisation counts for the event at hand, if there is one.
    if (kind === "invocation" && this.#current?.id !== id) {
      const refusal = { errorMessage: "Invalid request ID", errorType: "InvalidRequestID" };
      response.writeHead(400, { "Content-Type": "application/json" }).end(JSON.stringify(refusal));
      return;
    }
    const current = this.#take();
    if (body === undefined) {
      current?.reject(failure("Runtime.TruncatedResponse", "the answer broke off"));
      return;
    }
    if (isAnswer) {
      try {
        current?.resolve(hasPrelude(request) ? collect(body, current.event) : JSON.parse(body.toString()));
      } catch (error) {
        current?.reject(error);
      }
    } else {
      (current ?? this.#started).reject(parseFailure(body.toString()));
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
