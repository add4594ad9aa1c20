import assert from "node:assert/strict";
import fc from "fast-check";
import * as pulumi from "@pulumi/pulumi";
import * as rules from "../../aws-rules";
import { type NumberRule, numberMistake, type TextRule, textMistake } from "../../aws-rules";
import {
  BlueGreenEcsService,
  createNetwork,
  DeployPipeline,
  GreenTestHook,
  InvalidInput,
  Notifications,
} from "../../components";
import { Recorder } from "../../rehearsal/graph/recorder";
import { readSettings } from "../../settings";
import { devGraph } from "../support/graph";
import type { Field, Judge } from "./field";
import { numberFields } from "./number-fields";
import { textFields } from "./text-fields";

const some = { numRuns: 25 };
const repository = { githubRepository: "example-org/example-app" };
const nothing = undefined as never;
/** All of a service that a hook's and a pipeline's arguments are judged by. */
const service = { controller: { type: "CODE_DEPLOY" }, loadBalancer: {}, cpuArchitecture: "X86_64" } as never;
const network = { vpcId: "vpc-1", publicSubnetIds: ["subnet-1", "subnet-2"], privateSubnetIds: ["subnet-3"] };
const repositoryArn = "arn:aws:ecr:eu-central-1:123456789012:repository/app";

/** Each component with the same values as arguments. */
const judges: Record<Exclude<Judge, "none">, (args: Record<string, unknown>) => unknown> = {
  service: ({ firstImage = "app:1", ...args }) => {
    const image = firstImage as string;
    return new BlueGreenEcsService("app", { repositoryArn, ...args, image, network: { ...network, ...args } });
  },
  hook: (args) => new GreenTestHook("app", { service, ...args }),
  pipeline: (args) => new DeployPipeline("app", { ...repository, ...args, service, repository: nothing }),
  notifications: (args) => new Notifications("app", args.notifications as object),
  network: (args) => createNetwork("app", args),
};

describe("AWS's rules for fields", () => {
  before(() => Recorder.install({ project: "greenlight", stack: "dev" }));
  after(() => pulumi.runtime.disconnect());

  for (const [index, [rule, field]] of textFields.entries())
    enforced(`${field.path}, a text (${index + 1})`, field, textsInside(rule), textsOutside(rule));
  for (const [index, [rule, field]] of numberFields.entries())
    enforced(`${field.path}, a number (${index + 1})`, field, numbersInside(rule, field), numbersOutside(rule, field));

  function enforced<V>(title: string, field: Field<V>, inside: fc.Arbitrary<V>, outside: fc.Arbitrary<V>): void {
    it(`are enforced by settings and arguments alike: ${title}`, () => {
      fc.assert(
        fc.property(inside, (value) => {
          assert.ok(!settingsPaths(field.settings(value)).includes(field.path), JSON.stringify(value));
        }),
        some,
      );
      fc.assert(
        fc.property(outside, (value) => {
          const settings = field.settings(value);
          assert.ok(settingsPaths(settings).includes(field.path), `${JSON.stringify(value)} is taken as a setting`);
          if (field.judge === "none") return;
          const paths = problemPaths(() => judges[field.judge as keyof typeof judges](settings));
          const argument = field.argument ?? field.path;
          assert.ok(paths.includes(argument), `${JSON.stringify(value)} is taken as an argument`);
        }),
        some,
      );
    });
  }

  it("each name their source, and are each for some field", () => {
    const used = new Set<unknown>([...textFields, ...numberFields].map(([rule]) => rule));
    for (const rule of elsewhere) used.add(rule);
    for (const [service, fields] of Object.entries(rules)) {
      if (typeof fields !== "object") continue;
      for (const [name, rule] of Object.entries(fields as Record<string, Partial<TextRule>>)) {
        if (typeof rule !== "object" || !("source" in rule)) continue;
        assert.ok(rule.source && rule.source.length > 5, `${service}.${name}`);
        assert.ok(used.has(rule), `${service}.${name} is for no field`);
      }
    }
  });

  it("take everything that the program itself puts into such fields", async () => {
    const { recorder } = await devGraph();
    const { containerDefinitions, family } = recorder.find("aws:ecs/taskDefinition:TaskDefinition").inputs;
    const [container] = JSON.parse(containerDefinitions as string) as { name: string; image: string }[];
    for (const [rule, value] of [
      [rules.ecs.taskName, family],
      [rules.ecs.taskName, container!.name],
      [rules.ecs.image, container!.image],
    ] as const)
      assert.equal(textMistake(rule, String(value)), undefined);
  });
});

/** Rules for what no single setting holds; other specs have them. */
const elsewhere: unknown[] = [
  // Names of headers and variables, which are keys.
  rules.http.headerName,
  rules.http.validHeaderName,
  rules.ecs.environmentName,
  rules.tags.tagKey,
  rules.tags.tagValue,
  rules.tags.tagsOfResource,
  rules.tags.tagsOfObject,
  // Of a setting that takes fewer values than AWS.
  rules.http.requestMethod,
  rules.codeBuild.buildPath,
  rules.ecs.containerPath,
  // Of a release template only.
  rules.ecs.tmpfsOption,
  // Judged with another setting.
  rules.names.issuedDomainName,
  rules.ecs.shiftStepMinutes,
  // Of a whole task definition.
  rules.ecs.containersOfTask,
  rules.ecs.taskDefinitionBytes,
  rules.ecs.tagsOfResource,
  // What several settings come to.
  rules.codePipeline.configurationValue,
  rules.codePipeline.conditionRules,
  rules.arns.repositoryArn,
];

/** Where the reader of the settings finds a mistake. */
function settingsPaths(settings: Readonly<Record<string, unknown>>): string[] {
  const entries = Object.entries({ ...repository, ...settings }).filter(([, value]) => value !== undefined);
  const config = entries.map(([key, value]): [string, string] => [
    `greenlight:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(config));
  return problemPaths(readSettings);
}

function problemPaths(act: () => unknown): string[] {
  try {
    act();
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems.map(({ path }) => path);
    throw error;
  }
}

function textsInside(rule: TextRule): fc.Arbitrary<string> {
  return fc.stringMatching(rule.pattern).filter((text) => textMistake(rule, text) === undefined);
}

/** Sound text with something in it that may not be, too much of it, or anything at all. */
function textsOutside(rule: TextRule): fc.Arbitrary<string> {
  const inside = textsInside(rule);
  const odd = fc.constantFrom(" ", "\n", "\0", "ö", "_", "/", ":", "*", "\u007f", "=");
  const spoilt = fc
    .tuple(inside, odd, fc.nat())
    .map(
      ([text, character, at]) => text.slice(0, at % (text.length + 1)) + character + text.slice(at % (text.length + 1)),
    );
  const tooLong = rule.most === Infinity ? [] : [inside.map((text) => (text || "a").repeat(rule.most + 1))];
  return fc.oneof(spoilt, fc.string(), ...tooLong).filter((text) => textMistake(rule, text) !== undefined);
}

function numbersInside({ least, ...rule }: NumberRule, { most = rule.most }: Field<number>): fc.Arbitrary<number> {
  const highest = Math.min(most, 1000);
  return fc.oneof(
    fc.integer({ min: least, max: Math.max(least, highest) }),
    fc.constantFrom(least, Math.min(most, 2 ** 31 - 1)),
  );
}

function numbersOutside(rule: NumberRule, { counts = false, none }: Field<number>): fc.Arbitrary<number> {
  const { least, most } = rule;
  const above = most === Infinity ? [] : [fc.integer({ min: most + 1, max: most + 100 })];
  return fc
    .oneof(...(counts ? [] : [fc.integer({ min: least - 100, max: least - 1 }), fc.constant(least + 0.5)]), ...above)
    .filter((value) => value !== none && numberMistake(rule, value) !== undefined);
}
