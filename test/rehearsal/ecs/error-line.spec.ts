import assert from "node:assert/strict";
import { errorLine, lastWords } from "../../../rehearsal/ecs/error-line";

const cases: readonly (readonly [name: string, output: string, line: string])[] = [
  [
    "Node",
    `/app/server.js:3
throw new Error("DATABASE_URL is not set");
^

Error: DATABASE_URL is not set
    at Object.<anonymous> (/app/server.js:3:7)
    at node:internal/main/run_main_module:36:49

Node.js v22.12.0`,
    "Error: DATABASE_URL is not set",
  ],
  [
    "Node's module loader",
    `node:internal/modules/cjs/loader:1228
  throw err;
  ^

Error: Cannot find module '/app/dist/main.js'
    at Module._resolveFilename (node:internal/modules/cjs/loader:1225:15) {
  code: 'MODULE_NOT_FOUND',
  requireStack: []
}

Node.js v22.12.0`,
    "Error: Cannot find module '/app/dist/main.js'",
  ],
  [
    "Python",
    `Traceback (most recent call last):
  File "/app/app.py", line 1, in <module>
    import flask
ModuleNotFoundError: No module named 'flask'`,
    "ModuleNotFoundError: No module named 'flask'",
  ],
  [
    "Java",
    `Exception in thread "main" java.lang.IllegalStateException: no datasource
\tat com.example.Main.main(Main.java:5)`,
    'Exception in thread "main" java.lang.IllegalStateException: no datasource',
  ],
  ["Ruby", "app.rb:1:in `<main>': boom (RuntimeError)", "app.rb:1:in `<main>': boom (RuntimeError)"],
  ["Go", "panic: no config\n\ngoroutine 1 [running]:\nmain.main()", "panic: no config"],
  ["a shell", "starting\nsh: 1: gunicorn: not found", "sh: 1: gunicorn: not found"],
  ["a JSON log", 'listening soon\n{"level":"error","msg":"no such table"}', '{"level":"error","msg":"no such table"}'],
  ["an app that says no more", "starting\nbye\n", "bye"],
  [
    "an error with a log behind it",
    "Error: connect ECONNREFUSED 10.0.0.5:5432\n    at TCPConnectWrap\nshutting down",
    "Error: connect ECONNREFUSED 10.0.0.5:5432",
  ],
];

describe("the line with an app's error", () => {
  for (const [name, output, line] of cases)
    it(`is found in the output of ${name}`, () => assert.equal(errorLine(output.split("\n")), line));

  it("is none where nothing was printed", () => assert.equal(errorLine([]), undefined));

  it("stands first among an app's last words, without the trace of calls", () => {
    assert.deepEqual(lastWords(cases[0]![1].split("\n")), ["Error: DATABASE_URL is not set"]);
    assert.deepEqual(lastWords(["1", "2", "3", "4", "5", "6"]), ["2", "3", "4", "5", "6"]);
  });
});
