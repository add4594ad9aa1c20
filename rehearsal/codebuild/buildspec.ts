import { parseDocument } from "yaml";
import { z } from "zod";

/** The phases of a buildspec in the order in which they run. */
export const specPhases = ["install", "pre_build", "build", "post_build"] as const;
export type SpecPhase = (typeof specPhases)[number];

const text = z.string();
const commands = z.array(text).min(1);

/** What CodeBuild knows and the rehearsal does not perform is refused, so that nobody takes it for rehearsed. */
const notPerformed = (what: string) =>
  z.undefined({ error: `${what} is valid for CodeBuild, but the rehearsal does not perform it` }).optional();

const phase = z.strictObject({
  commands,
  finally: commands.optional(),
  "runtime-versions": z.record(text, z.union([text, z.number()])).optional(),
  "on-failure": notPerformed("on-failure"),
  "run-as": notPerformed("run-as"),
});

/** Source: CodeBuild user guide, build-spec-ref. */
const schema = z.strictObject({
  version: z.literal([0.2, "0.2"], { error: "the version must be 0.2" }),
  env: z
    .strictObject({
      shell: z.enum(["bash", "sh"]).optional(),
      variables: z.record(text, z.union([text, z.number(), z.boolean()]).transform(String)).optional(),
      "exported-variables": z.array(text).optional(),
      "parameter-store": notPerformed("parameter-store"),
      "secrets-manager": notPerformed("secrets-manager"),
    })
    .optional(),
  phases: z
    .strictObject({
      install: phase.extend({ commands: commands.optional() }).optional(),
      pre_build: phase.optional(),
      build: phase.optional(),
      post_build: phase.optional(),
    })
    .refine((phases) => Object.keys(phases).length > 0, "name at least one phase"),
  artifacts: z
    .strictObject({
      files: z.array(text).min(1),
      "base-directory": text.optional(),
      "discard-paths": z.union([z.boolean(), z.enum(["yes", "no"])]).optional(),
      name: text.optional(),
      "exclude-paths": notPerformed("exclude-paths"),
      "secondary-artifacts": notPerformed("secondary-artifacts"),
    })
    .optional(),
  cache: z.unknown().optional(),
  batch: notPerformed("batch"),
  proxy: notPerformed("proxy"),
  // Read by people in CodeBuild's console; that the tests pass or fail is performed.
  reports: z.unknown().optional(),
  "run-as": notPerformed("run-as"),
});

export type Buildspec = z.infer<typeof schema>;

/** Reads a buildspec. @throws Error with every problem, each on a line with the place where it is. */
export function parseBuildspec(yaml: string): Buildspec {
  const document = parseDocument(yaml);
  if (document.errors.length > 0) throw new Error(document.errors.map(({ message }) => message).join("\n"));
  const result = schema.safeParse(document.toJS());
  if (result.success) return result.data;
  throw new Error(
    result.error.issues.map(({ path, message }) => `${path.join(".") || "buildspec"}: ${message}`).join("\n"),
  );
}
