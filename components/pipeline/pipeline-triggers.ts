import type * as aws from "@pulumi/aws";
import { codePipeline } from "../../aws-rules";
import type { Problem } from "../problems";
import { listProblems } from "../rule-problems";

/** Patterns in glob form: `services/shop/**`. What is both included and excluded is excluded. */
export interface Patterns {
  /** @default all */
  readonly includes?: readonly string[];
  /** @default none */
  readonly excludes?: readonly string[];
}

/** Which pushes start a run. */
export interface TriggerArgs {
  /** @default the pipeline's own branch */
  readonly branches?: Patterns;
  /** A push starts a run if it changes any of these; AWS looks at its first 100 files. @default all */
  readonly filePaths?: Patterns;
}

type Trigger = aws.types.input.codepipeline.PipelineTrigger;

/** The pipeline's triggers, as CodePipeline's V2 pipelines have them. Source: CodePipeline user guide, pipelines-filter. */
export function pipelineTriggers(triggers: TriggerArgs, branch: string): Trigger[] {
  const { branches = { includes: [branch] }, filePaths } = triggers;
  const push = { branches: lists(branches), ...(filePaths ? { filePaths: lists(filePaths) } : {}) };
  return [
    {
      providerType: "CodeStarSourceConnection",
      gitConfiguration: { sourceActionName: "Commit", pushes: [push] },
    },
  ];
}

export function triggerProblems({ triggers }: { readonly triggers?: TriggerArgs }): Problem[] {
  if (!triggers) return [];
  const { branches, filePaths } = triggers;
  if (!branches && !filePaths) {
    return [{ path: "triggers", message: "filters nothing; give branches or filePaths, or leave it out." }];
  }
  return Object.entries({ branches, filePaths }).flatMap(([name, patterns]) => {
    if (!patterns) return [];
    const path = `triggers.${name}`;
    const { includes = [], excludes = [] } = patterns;
    const lists = Object.entries({ includes, excludes }).filter(([, list]) => list.length > 0);
    if (lists.length === 0) return [{ path, message: "names no pattern; give includes or excludes." }];
    const { most } = codePipeline.triggerPatterns;
    return lists.flatMap(([key, list]) => {
      const message = `has ${list.length} patterns; CodePipeline takes at most ${most}. Use ** to say more with one.`;
      const wrong = listProblems(`${path}.${key}`, list, codePipeline.triggerPattern);
      return list.length > most ? [...wrong, { path: `${path}.${key}`, message }] : wrong;
    });
  });
}

function lists({ includes, excludes }: Patterns) {
  return { ...(includes ? { includes: [...includes] } : {}), ...(excludes ? { excludes: [...excludes] } : {}) };
}
