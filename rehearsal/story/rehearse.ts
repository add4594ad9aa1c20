import { copyFile, mkdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { Clock } from "../clock";
import { LoadBalancerMetrics } from "../cloudwatch/load-balancer-metrics";
import { Alarms } from "../cloudwatch/alarms";
import { alarmRule } from "../codepipeline/alarm-rule";
import { Approvals } from "../codepipeline/approvals";
import { Buckets } from "../codepipeline/buckets";
import { deploymentWindow } from "../codepipeline/deployment-window";
import { LambdaJobs } from "../codepipeline/lambda-jobs";
import { type ExecutionResult, PipelineRunner } from "../codepipeline/pipeline";
import { deployImage } from "../codepipeline/prebuilt";
import { startsOn, watchedBranch } from "../codepipeline/triggers";
import { startDocker } from "../docker/images";
import type { Timeline } from "../events";
import { Account } from "../graph/account";
import { evaluateStack } from "../graph/evaluate";
import type { ExistingThings } from "../graph/existing";
import { optionSettings } from "../graph/option-settings";
import type { Recorder } from "../graph/recorder";
import { type ReleaseTarget, releaseTarget } from "../graph/release-target";
import type { RehearsalOptions } from "../options";
import { leftOutMessage, type NotedBuild } from "../images/build-notes";
import { createLocalRepository, type LocalRepository, type Push } from "../source/local-repository";
import { describeLeftOut } from "../source/left-out";
import { actionPerformers } from "../stack/actions";
import { alarmOperations } from "../stack/alarm-operations";
import { connectEventBridge } from "../stack/event-bridge";
import { createImages, pushFirstImage, pushImage } from "../stack/images";
import { Stack } from "../stack/stack";
import { releaseBefore, stackBefore } from "../stack/stack-before";
import { startTrafficSide, type TrafficSide } from "../stack/traffic-side";
import type { Workspace } from "../workspace";
import { chooseAppSandbox } from "./app-sandbox";

const appSetting = "greenlight:appDirectory";

export interface RehearsalContext {
  readonly options: RehearsalOptions;
  /** Take the place of the stack file's, `greenlight:desiredCount` to `2`; undefined takes one away. @default none */
  readonly settings?: Readonly<Record<string, string | undefined>>;
  /** @default all as such things are */
  readonly existing?: ExistingThings;
  /** Changes the recorded graph before it is performed, as a fault in the account would. @default nothing */
  readonly alterGraph?: (recorder: Recorder) => void;
  /** Folder of the program. */
  readonly programDirectory: string;
  /** Folder of Pulumi.yaml and the stack files. @default the program's */
  readonly stacksDirectory?: string;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly signal: AbortSignal;
}

/** What `pulumi up` would have made, running: v1 is live, and the pipeline waits for a push. */
export interface Rehearsal {
  readonly stack: Stack;
  readonly traffic: TrafficSide;
  readonly pipeline: PipelineRunner;
  readonly repository: LocalRepository;
  /** The app on this machine. */
  readonly appDirectory: string;
  /** Where people approve runs of the pipeline. */
  readonly approvals: Approvals;
  readonly alarms: Alarms;
  /** What the pipeline has put into buckets. */
  readonly buckets: Buckets;
  /** Starts what a push starts, here or in the stack that this one promotes from; undefined where it starts nothing. */
  readonly release: (push: Push) => Promise<ExecutionResult> | undefined;
  /** Builds the app in `directory` and pushes it under `tag`; returns the image by digest. */
  readonly buildImage: (directory: string, tag: string) => Promise<string>;
  /** Deploys an image that is built already, without a run of the pipeline. @throws Error with the reason */
  readonly deployImage: (image: string) => Promise<void>;
  /** What the last build did otherwise than Docker. */
  readonly notes: () => Promise<NotedBuild>;
  /** The program, run anew with the same settings. Pulumi's mocks are one for a process: one at a time. */
  readonly evaluateAgain: () => Promise<Recorder>;
}

/** Sets up everything that the program describes. Whatever it opened belongs to the workspace, and is closed with it. */
export async function setUpRehearsal(context: RehearsalContext): Promise<Rehearsal> {
  const { options, workspace, timeline } = context;
  const docker = options.runtime === "docker" ? await startDocker(context) : undefined;
  const program = await evaluateProgram(context, docker?.registry);
  const { account, productionUrl } = program;
  const before = stackBefore(account);
  if (docker && before)
    throw new Error(
      "a stack that promotes is not rehearsed with --runtime docker: its images come from another registry",
    );
  const target = releaseTarget(account);
  const images =
    docker ?? (await createImages(account, workspace, await chooseAppSandbox(context, program.appDirectory), options));
  const { portOffset } = options;
  const traffic = await startTrafficSide({ ...context, account, target, productionUrl, portOffset });
  const alarms = createAlarms(account, target, traffic, context);
  const settingsFile = `Pulumi.${options.stack}.yaml`;
  const stack = new Stack({ ...context, account, target, traffic, images, alarms, settingsFile });
  // Closed before the stack, so that nothing is left to drain.
  workspace.onClose(() => traffic.loadBalancer.close());
  const repository = await commitApp(context, program);
  workspace.onClose(() => repository.close());
  const building = { ...context, account, images };
  const notes = images.notes ?? (() => Promise.resolve({ warnings: [], leftOut: [] }));
  const firstImage = await pushFirstImage(building, await firstCheckout(context, repository));
  await stack.create(firstImage).catch(async (error: Error) => {
    const leftOut = leftOutMessage((await notes()).leftOut);
    throw new Error([error.message, ...leftOut].join("\n"), { cause: error });
  });
  const approvals = new Approvals(context);
  const jobs = new LambdaJobs({
    ...context,
    pipeline: account.pipeline,
    invoke: stack.invoke,
    artifactCredentials: stack.aws.artifactCredentials,
    statusOf: (executionId) => pipeline.statusOf(executionId),
  });
  stack.serve({ ...jobs.operations, ...alarmOperations(alarms) });
  const buckets = new Buckets(timeline);
  const performers = actionPerformers({ ...context, account, repository, images, stack, approvals, buckets, jobs });
  const rules = { DeploymentWindow: deploymentWindow(context), CloudWatchAlarm: alarmRule({ ...context, alarms }) };
  const pipeline: PipelineRunner = new PipelineRunner(account.pipeline, performers, timeline, rules);
  connectEventBridge(timeline, account, (functionArn, event) => {
    stack.invoke(functionArn.split(":").at(-1)!, event, context.signal).catch(() => undefined);
  });
  const played = { ...context, buckets, repository, pipeline };
  return {
    stack,
    traffic,
    pipeline,
    repository,
    appDirectory: program.appDirectory,
    approvals,
    alarms,
    buckets,
    notes,
    release: (push) => {
      if (before) {
        const buildImage = (directory: string, tag: string) =>
          pushImage(building, directory, `${before.repositoryUri}:${tag}`);
        return releaseBefore(push, { ...played, before, buildImage });
      }
      return startsOn(account.pipeline, push) ? pipeline.start(push.commitId, push.message) : undefined;
    },
    buildImage: (directory, tag) => pushImage(building, directory, `${account.repositories[0]!.url}:${tag}`),
    deployImage: (image) => deployImage(account.pipeline, performers, image),
    evaluateAgain: async () => (await runProgram(context, docker?.registry)).recorder,
  };
}

/** The alarms of the account: those that the program makes, and those that its release refers to by name. */
function createAlarms(
  account: Account,
  { productionListener, alarmNames: names }: ReleaseTarget,
  { loadBalancer, targetGroups }: TrafficSide,
  { clock, timeline, workspace }: RehearsalContext,
): Alarms {
  const clientListenerArns = [productionListener.arn];
  const metrics = new LoadBalancerMetrics({ loadBalancer, targetGroups, clientListenerArns, clock });
  const alarms = new Alarms({ alarms: account.metricAlarms, names, metrics, clock, timeline });
  workspace.onClose(() => alarms.close());
  return alarms;
}

/** @returns the graph, and the folder of the app that the settings name */
async function runProgram(context: RehearsalContext, registry?: string) {
  const { options, programDirectory: directory, stacksDirectory = directory, settings, existing, workspace } = context;
  const account = { ...(registry ? { registry } : {}), ...(existing ? { existing } : {}) };
  // The settings want a folder with a Dockerfile, and the app's need not be one.
  const standIn = options.dockerfile && join(workspace.directory, "dockerfile");
  if (standIn) {
    await mkdir(standIn, { recursive: true });
    await copyFile(options.dockerfile, join(standIn, "Dockerfile"));
  }
  let appDirectory = "";
  const overrides = (written: Readonly<Record<string, string | undefined>>) => {
    const changed = { ...settings, ...optionSettings(options, { ...written, ...settings }) };
    appDirectory = resolve(directory, { ...written, ...changed }[appSetting] ?? "app");
    return standIn ? { ...changed, [appSetting]: standIn } : changed;
  };
  const { stack } = options;
  const graph = await evaluateStack({ directory, stacksDirectory, stack, overrides, ...account });
  return { ...graph, appDirectory };
}

interface Program {
  readonly account: Account;
  readonly appDirectory: string;
  readonly productionUrl: URL;
  /** Whether the pipeline runs the app's own tests. */
  readonly hasTests: boolean;
}

async function evaluateProgram(context: RehearsalContext, registry: string | undefined): Promise<Program> {
  const { options, timeline, alterGraph } = context;
  const { stack } = options;
  const { recorder, config, outputs, appDirectory } = await runProgram(context, registry);
  alterGraph?.(recorder);
  const resources = recorder.resources.filter(({ custom }) => custom).length;
  timeline.emit("rehearsal", "graph.evaluated", `stack ${stack} describes ${resources} resources`, { resources });
  const productionUrl = new URL(String(outputs.prodUrl));
  const hasTests = config["greenlight:tests"] !== undefined;
  return { account: new Account(recorder), appDirectory, productionUrl, hasTests };
}

/** Makes the repository that is pushed to, with the app as its first commit. */
async function commitApp(context: RehearsalContext, { account, appDirectory, hasTests }: Program) {
  const { options, workspace, timeline, signal } = context;
  const repository = await timeline.during(`the files of ${appDirectory} are committed`, undefined, () =>
    createLocalRepository({
      directory: join(workspace.directory, "git"),
      appDirectory,
      dockerfile: options.dockerfile,
      pathInRepository: appPath(account),
      branch: watchedBranch(account.pipeline),
      withDockerignored: hasTests,
      signal,
    }),
  );
  const { files } = repository.contents;
  timeline.emit("git", "committed", `the first commit has ${files.length} files of ${appDirectory}`, { appDirectory });
  for (const text of describeLeftOut(repository.contents, appDirectory)) timeline.emit("git", "left-out", text);
  return repository;
}

/** The app's folder as the pipeline's source would give it to a build. */
async function firstCheckout({ workspace }: RehearsalContext, repository: LocalRepository): Promise<string> {
  const directory = join(workspace.directory, "first-image");
  await repository.checkout(repository.branch, directory);
  return join(directory, relative(repository.cloneDirectory, repository.appDirectory));
}

/** The push as an event of the timeline. */
export function tellPush(timeline: Timeline, { branch, commitId, message, author }: Push): void {
  const [summary = ""] = message.split("\n");
  timeline.emit("git", "pushed", `${author} pushed ${commitId.slice(0, 7)} to ${branch}: "${summary}"`, {
    branch,
    commitId,
    message,
  });
}

/** What there is to say of a push that starts nothing. */
export function startsNothing({ branch, changedFiles = [] }: Push): string {
  const files = changedFiles.length > 0 ? changedFiles.join(", ") : "no file";
  return `a push of ${files} to ${branch} starts nothing; the stack's triggers (setting triggers) take other branches or files`;
}

/** Where the build expects the app in the repository. */
function appPath(account: Account): string {
  const build = actions(account).find(({ provider }) => provider === "CodeBuild");
  const { environment } = account.buildProject(build?.configuration.ProjectName ?? "");
  return environment.environmentVariables?.find(({ name }) => name === "APP_DIRECTORY")?.value ?? ".";
}

function actions(account: Account) {
  return account.pipeline.stages.flatMap(({ actions }) => actions);
}
