// Stands for Lambda's Node.js runtime: one process, one invocation. Plain JavaScript, for it starts without a loader.
// Source: Lambda developer guide, nodejs-handler and nodejs-context. Only async handlers, as the guide recommends.
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

// Whoever started this process and could read its outcome is gone.
process.on("disconnect", () => process.exit(1));
process.once("message", (invocation) => void invoke(invocation));

async function invoke({ handler, event, functionName, allowedMs, scale }) {
  hurry(scale);
  let outcome;
  try {
    const run = load(handler);
    // Lambda counts a function's time from here: loading its code belongs to the initialization.
    process.send({ started: true });
    outcome = { status: "returned", json: toJson(await run(event, context(functionName, allowedMs, scale))) };
  } catch (error) {
    const known = error instanceof Error;
    outcome = {
      status: "threw",
      errorType: known ? error.name : typeof error,
      errorMessage: known ? error.message : String(error),
    };
  }
  // Lambda freezes the function once it has answered, whatever it still has under way.
  process.send({ outcome }, () => process.exit(0));
}

/**
 * Makes the function's waits `scale` times shorter: its code sees AWS time through `setTimeout`, `setInterval` and
 * `Date.now`. Real work is not hurried, since sockets and the app under test are as fast as they are: `performance.now`,
 * `AbortSignal.timeout` and the timeouts of sockets stay real.
 */
function hurry(scale) {
  const { setTimeout, setInterval } = globalThis;
  const startedAt = Date.now();
  const startedAtMonotonic = performance.now();
  globalThis.setTimeout = (callback, ms, ...args) => setTimeout(callback, (ms ?? 0) / scale, ...args);
  globalThis.setInterval = (callback, ms, ...args) => setInterval(callback, (ms ?? 0) / scale, ...args);
  Date.now = () => Math.floor(startedAt + (performance.now() - startedAtMonotonic) * scale);
}

function load(handler) {
  const dot = handler.lastIndexOf(".");
  const [file, name] = [handler.slice(0, dot), handler.slice(dot + 1)];
  const root = process.env.LAMBDA_TASK_ROOT;
  const run = createRequire(join(root, "/"))(join(root, file))[name];
  if (typeof run === "function") return run;
  throw named("Runtime.HandlerNotFound", `${handler} is not a function: ${file}.js exports no function "${name}"`);
}

function context(functionName, allowedMs, scale) {
  const startedAt = performance.now();
  return {
    awsRequestId: randomUUID(),
    functionName,
    functionVersion: "$LATEST",
    getRemainingTimeInMillis: () => Math.max(0, Math.floor((allowedMs - (performance.now() - startedAt)) * scale)),
  };
}

function toJson(value) {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw named("Runtime.MarshalError", `the returned value is not JSON: ${error.message}`);
  }
}

function named(name, message) {
  return Object.assign(new Error(message), { name });
}
