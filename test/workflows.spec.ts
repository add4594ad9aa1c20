import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";

const root = join(__dirname, "..");
const workflows = join(root, ".github", "workflows");
const actionlint = join(root, "node_modules", "@tktco", "node-actionlint", "bin", "node-actionlint.js");

/** What actionlint says of a workflow, and whether it accepts it. */
function lint(file: string): { accepted: boolean; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [actionlint, file], { cwd: root, encoding: "utf8" });
  return { accepted: status === 0, said: stdout + stderr };
}

interface Job {
  readonly if?: string;
  readonly environment?: string;
  readonly steps: readonly { readonly uses?: string; readonly with?: Readonly<Record<string, unknown>> }[];
}

function jobsOf(file: string): Readonly<Record<string, Job>> {
  return (parse(readFileSync(join(workflows, file), "utf8")) as { jobs: Record<string, Job> }).jobs;
}

describe("the workflows for users' CI", () => {
  for (const file of readdirSync(workflows)) {
    it(`are accepted by actionlint: ${file}`, () => {
      const { accepted, said } = lint(join(".github", "workflows", file));
      assert.ok(accepted, said);
    });

    it(`pin every action to a commit: ${file}`, () => {
      const used = [...readFileSync(join(workflows, file), "utf8").matchAll(/uses: (\S+)/g)].map(
        ([, action]) => action!,
      );
      assert.ok(used.length > 0);
      for (const action of used) assert.match(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    });
  }

  it("run no install script of a package", () => {
    for (const file of readdirSync(workflows)) {
      const installs = readFileSync(join(workflows, file), "utf8").match(/npm (ci|install).*/g) ?? [];
      for (const command of installs) assert.match(command, /--ignore-scripts/, file);
    }
  });

  it("give the deploy role to main alone, whoever starts the workflow", () => {
    const { up } = jobsOf("deploy.yml");
    assert.equal(up!.if, "github.ref == 'refs/heads/main'");
    assert.equal(up!.environment, "${{ matrix.stack }}");
  });

  it("give the preview role to no fork and no bot, and keep its secrets apart from those of the deployment", () => {
    const { preview } = jobsOf("preview.yml");
    assert.deepEqual(preview!.if!.split(" && "), [
      "github.event.pull_request.head.repo.full_name == github.repository",
      "!endsWith(github.actor, '[bot]')",
      "!endsWith(github.event.pull_request.user.login, '[bot]')",
    ]);
    assert.equal(preview!.environment, "${{ matrix.stack }}-preview");
  });

  it("apply the policy pack before anything is changed", () => {
    for (const [file, job] of [
      ["preview.yml", "preview"],
      ["deploy.yml", "up"],
    ] as const) {
      const step = jobsOf(file)[job]!.steps.find(({ uses }) => uses?.startsWith("pulumi/actions@"));
      assert.equal(step?.with?.policyPacks, "policy", file);
    }
  });

  it("never cancel an update that is under way", () => {
    assert.match(readFileSync(join(workflows, "deploy.yml"), "utf8"), /concurrency:[^]*?cancel-in-progress: false/);
  });

  it("would not be accepted with a misspelt expression", () => {
    const directory = mkdtempSync(join(tmpdir(), "greenlight-workflow-"));
    try {
      const text = readFileSync(join(workflows, "preview.yml"), "utf8");
      const file = join(directory, "preview.yml");
      writeFileSync(file, text.replace("github.ref", "github.rev"));
      const { accepted, said } = lint(file);
      assert.equal(accepted, false);
      assert.match(said, /rev/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
