import { serviceProblems } from "../../components/blue-green-ecs-service-args";
import type { Problem } from "../../components/problems";
import { droppedHeaderProblems, dropsInvalidHeaderFields } from "../../components/load-balancer/dropped-headers";
import { checkPathProblems } from "../../components/load-balancer/shared-load-balancer-problems";
import { checkMistakes } from "../../hooks/green-test/check-mistakes";
import type { WithHealthPath } from "../health-path";
import type { Given } from "../schema";
import { appProblems } from "./app";
import { networkProblems } from "./network";
import { ownReleaseProblems, pipelineProblems } from "./pipeline";
import { regionProblems } from "./regions";
import { releaseProblems } from "./release";
import { tagProblems } from "./tags";

/** Settings that are judged by others, and so only where those can be read. */
const judgedBy: Readonly<Record<string, string | readonly string[]>> = {
  githubRepository: "promoteFrom",
  promoteFrom: "cpuArchitecture",
  testCidrs: "testHeader",
  testHeader: "controller",
  deploymentCircuitBreaker: "controller",
  memoryMiB: "cpu",
  deploymentConfigName: "canary",
  secrets: "environment",
  sidecars: "container",
  executeCommand: "container",
  desiredCount: "autoscaling",
  sharedLoadBalancer: "https",
  checks: ["sharedLoadBalancer", "loadBalancer"],
  testPort: "productionPort",
  https: "productionPort",
  waitMinutes: "trafficShift",
  alarms: "terminationWaitMinutes",
  alarmNames: "alarms",
  terminationWaitMinutes: "alarms",
  appDirectory: "firstImage",
  firstImage: "natGateways",
  natGateways: "vpcId",
  availabilityZones: "vpcId",
  zoneCidrMask: "availabilityZones",
  logRouter: "natGateways",
  efsVolumes: "container",
};

/** Where the settings are read. */
export interface Place {
  /** What the stack is called without a `name`. */
  readonly defaultName: string;
  /** Undefined where the environment says it. */
  readonly region: string | undefined;
  /** Pulumi's own setting of tags, as JSON; undefined where there is none. */
  readonly defaultTags?: string | undefined;
}

/** What the types cannot say: values that AWS does not pair, folders that are not there. */
export function meaningProblems(
  settings: WithHealthPath<Given>,
  { defaultName, region, defaultTags }: Place,
): Problem[] {
  return [
    ...appProblems(settings),
    ...serviceProblems(settings),
    ...releaseProblems(settings),
    ...(settings.checks ? checkMistakes(settings.checks) : []),
    ...checkPathProblems(settings.checks ?? [], settings.sharedLoadBalancer?.paths),
    ...droppedHeaderProblems(
      settings.checks ?? [],
      dropsInvalidHeaderFields(settings.loadBalancer, settings.sharedLoadBalancer),
    ),
    ...pipelineProblems(settings),
    ...ownReleaseProblems(settings, settings.name ?? defaultName),
    ...networkProblems(settings, region),
    ...regionProblems(settings, region),
    ...tagProblems(settings, defaultTags),
  ];
}

/** Whether the problem can be judged although `broken` settings could not be read. */
export function judgeable({ path }: Problem, broken: ReadonlySet<string>): boolean {
  const key = topLevel(path);
  return ![key, judgedBy[key] ?? []].flat().some((one) => broken.has(one));
}

function topLevel(path: string): string {
  return path.split(/[.[]/)[0]!;
}
