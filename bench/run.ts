import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleGreenTestHook } from "../components/hook-bundle";

/** Pairs of runs, one after the other, so that both see the same machine. */
const pairs = 5;
const root = join(__dirname, "..");

/** Runs a TypeScript file in a process of its own; returns what it printed, a number of milliseconds, or its whole time. */
function timed(file: string, ...args: string[]): { readonly wholeMs: number; readonly printed: string } {
  const startedAt = performance.now();
  const printed = execFileSync(process.execPath, ["--require", "tsx/cjs", join(__dirname, file), ...args], {
    cwd: root,
    encoding: "utf8",
  });
  return { wholeMs: performance.now() - startedAt, printed: printed.trim() };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function row(what: string, figure: string, bound: string): void {
  process.stdout.write(`${what.padEnd(58)} ${figure.padStart(16)}   ${bound}\n`);
}

function evaluation(): void {
  const runs = Array.from({ length: pairs }, () => {
    const imports = timed("imports-only.ts").wholeMs;
    const program = timed("evaluate-dev.ts").wholeMs;
    return { imports, program, ratio: program / imports };
  });
  row("a program that only imports the SDKs", `${median(runs.map((run) => run.imports)).toFixed(0)} ms`, "");
  row("index.ts of stack dev, to its graph", `${median(runs.map((run) => run.program)).toFixed(0)} ms`, "");
  row("  ratio, pair by pair (median)", `${median(runs.map((run) => run.ratio)).toFixed(2)} ×`, "at most 1.3 ×");
}

function furtherServices(): void {
  const counts = [1, 10, 50, 100];
  const runs = counts.map((count) => {
    const [services = 0, resources = 0] = timed("evaluate-services.ts", String(count)).printed.split(" ").map(Number);
    return { count, services, resources, sdk: Number(timed("register-only.ts", String(resources)).printed) };
  });
  runs.slice(1).forEach((run, index) => {
    const before = runs[index]!;
    const each = (of: "services" | "sdk" | "resources") => (run[of] - before[of]) / (run.count - before.count);
    const what = `each further service, pipeline and hook, up to ${run.count}`;
    row(what, `${each("services").toFixed(0)} ms`, "at most 40 ms");
    const sdk = `${each("sdk").toFixed(0)} ms, ${(each("services") / each("sdk")).toFixed(1)} ×`;
    row(`  the SDK alone, for its ${each("resources").toFixed(0)} resources; ratio`, sdk, "");
  });
}

async function hook(): Promise<void> {
  const code = await bundleGreenTestHook();
  const directory = mkdtempSync(join(tmpdir(), "greenlight-bench-"));
  try {
    writeFileSync(join(directory, "index.js"), code);
    const script = `const t = performance.now(); require(${JSON.stringify(join(directory, "index.js"))}); console.log(performance.now() - t)`;
    const ready = Array.from({ length: pairs }, () => Number(spawnSync(process.execPath, ["-e", script]).stdout));
    row("the hook's bundle, the AWS SDK aside", `${(code.length / 1024).toFixed(1)} KB`, "at most 300 KB");
    row("its module is ready after (median)", `${median(ready).toFixed(0)} ms`, "at most 150 ms");
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function rehearsal(): void {
  const startedAt = performance.now();
  const { status, stdout } = spawnSync(process.execPath, ["bin/start.mjs", "--json", "--port-offset", "20000"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const summary = stdout.split("\n").find((line) => line.includes('"type":"summary"')) ?? "";
  row("npm start at scale 60, from installed", `${seconds.toFixed(1)} s`, "at most 25 s");
  row("  exit status", String(status), "0");
  row("  requests sent and failed", /"sent":(\d+).*?"failed":(\d+)/.exec(summary)?.slice(1).join(", ") ?? "?", "");
}

evaluation();
furtherServices();
void hook().then(rehearsal);
