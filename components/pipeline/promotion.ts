import type * as pulumi from "@pulumi/pulumi";
import { arns, names, textMistake } from "../../aws-rules";
import { ecrRepository } from "../ecr-arn";
import type { Problem } from "../problems";
import { listProblems, textProblems } from "../rule-problems";
import { whenKnown } from "../when-known";
import type { CpuArchitecture } from "../task/task-definition";

/** The stack whose released images this one releases, by that stack's output `released`. */
export interface PromoteFrom {
  /** Its repository, from which images are copied by digest. */
  readonly repositoryUri: string;
  /** Its bucket, in which it says what it released last. */
  readonly bucket: string;
  /** The bucket's key. */
  readonly keyArn: string;
  /** What its images are built for; this stack's tasks have to be of the same. @default not compared */
  readonly cpuArchitecture?: CpuArchitecture;
}

/** The same before all of it is known: that output itself, or each field. */
export type PromoteFromInput = pulumi.Input<{
  readonly [Field in keyof PromoteFrom]: pulumi.Input<PromoteFrom[Field]>;
}>;

/** What is promoted from, judged by the time it is known. */
export function knownPromotion(from: PromoteFromInput, own: CpuArchitecture): pulumi.Output<PromoteFrom> {
  return whenKnown("promoteFrom", from as pulumi.Input<PromoteFrom>, (known) => fromProblems(known, own));
}

/** The object that says what a stack released last: the build's artifact, with imageDetail.json and the commit's id. */
export const releasedObject = "released.zip";

interface Judged {
  readonly githubRepository?: string | undefined;
  readonly connectionArn?: pulumi.Input<string> | undefined;
  readonly triggers?: object | undefined;
  readonly templateInRepository?: boolean | undefined;
  readonly buildCache?: object | undefined;
  readonly sbom?: boolean | undefined;
  readonly promoteFrom?: PromoteFromInput | undefined;
  readonly promoteTo?: readonly pulumi.Input<string>[] | undefined;
  /** Of this stack's tasks. */
  readonly cpuArchitecture?: CpuArchitecture | undefined;
}

/** What is wrong with where a pipeline's images come from and go to. */
export function promotionProblems(settings: Judged): Problem[] {
  const { githubRepository, promoteFrom, promoteTo = [] } = settings;
  return [
    ...listProblems("promoteTo", promoteTo, arns.eventBusArn),
    ...(promoteFrom
      ? [...plainFromProblems(promoteFrom, settings.cpuArchitecture), ...buildProblems(settings)]
      : githubRepository === undefined
        ? [{ path: "githubRepository", message: "is missing; expected the GitHub repository as owner/name" }]
        : []),
  ];
}

/** What is wrong with it before anything is registered; what is known only later is judged then. */
function plainFromProblems(from: PromoteFromInput, own?: CpuArchitecture): Problem[] {
  const isPlain = Object.values(from).every((field) => field === undefined || typeof field === "string");
  return isPlain ? fromProblems(from as PromoteFrom, own) : [];
}

function fromProblems(from: PromoteFrom, own: CpuArchitecture = "X86_64"): Problem[] {
  const { repositoryUri, keyArn, cpuArchitecture } = from;
  const problems = textProblems("promoteFrom", from, { keyArn: arns.kmsKeyArn, bucket: names.bucketName });
  const wrong = (field: string, message: string) => problems.push({ path: `promoteFrom.${field}`, message });
  const repository = ecrRepository(repositoryUri);
  const [, , , region, account] = keyArn.split(":");
  if (
    textMistake(arns.kmsKeyArn, keyArn) === undefined &&
    repository &&
    (repository.region !== region || repository.account !== account)
  ) {
    wrong("keyArn", "is of another account or region than repositoryUri; both are of one stack's output `released`.");
  }
  if (!repository || /[:@]/.test(repositoryUri)) {
    wrong("repositoryUri", `"${repositoryUri}" is not a repository in ECR; expected it without tag and digest.`);
  }
  if (cpuArchitecture !== undefined && cpuArchitecture !== own) {
    wrong(
      "cpuArchitecture",
      `is ${cpuArchitecture}, and this stack's is ${own}; no task here could run its images. Set cpuArchitecture to ${cpuArchitecture}.`,
    );
  }
  return problems;
}

// Nothing is built here, so nothing of a commit is read.
function buildProblems(settings: Judged): Problem[] {
  const { githubRepository, connectionArn, triggers, buildCache } = settings;
  const templateInRepository = settings.templateInRepository || undefined;
  const sbom = settings.sbom || undefined;
  const given = { githubRepository, connectionArn, triggers, buildCache, sbom, templateInRepository };
  return Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([path]) => ({
      path,
      message:
        "has no meaning beside promoteFrom: another stack builds, and this one releases its image. Leave one of them out.",
    }));
}
