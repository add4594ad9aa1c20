import { broken } from "../broken";
import type { Fault } from "../fault";

const neverHealthy = /timed out while waiting for the replacement task set to become healthy/;

const circuitBroken = /the circuit breaker's threshold of 3 failures is reached/;

const secretArn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-token-AbCdEf";

/** Green does not come up. */
export const health: readonly Fault[] = [
  {
    name: "never-healthy",
    fault: "green never answers",
    expected: { endState: "rolled back", noticed: { by: "codedeploy", saying: neverHealthy } },
    ecsSaying: circuitBroken,
    run: (stage) => stage.release(broken("exports.listens = false;")),
  },
  {
    name: "crash-loop",
    fault: "green crashes in a loop",
    expected: { endState: "rolled back", noticed: { by: "codedeploy", saying: neverHealthy } },
    ecsSaying: circuitBroken,
    run: (stage) => stage.release(broken("process.exit(3);")),
  },
  {
    name: "slow-start",
    fault: "green starts slowly, within the grace period",
    expected: { endState: "released", noticed: { by: "elb", saying: /v2-1 is healthy/ } },
    run: (stage) => stage.release(broken("exports.startMs = 1500;")),
  },
  {
    name: "container-unhealthy",
    fault: "green serves, and its container's health check fails",
    settings: {
      "greenlight:container": JSON.stringify({ healthCheck: { command: ["CMD-SHELL", "test ! -e sick"], retries: 1 } }),
      "greenlight:healthCheckGracePeriodSeconds": "3",
    },
    expected: { endState: "rolled back", noticed: { by: "codedeploy", saying: /failed container health checks/ } },
    run: (stage) => stage.release({ sick: "" }),
  },
  {
    name: "slow-start-late",
    fault: "green starts slowly, beyond the grace period",
    expected: { endState: "rolled back", noticed: { by: "codedeploy", saying: neverHealthy } },
    ecsSaying: circuitBroken,
    run: (stage) => stage.release(broken("exports.startMs = 60_000;")),
  },
  {
    name: "secret-missing",
    fault: "a secret that tasks read is gone",
    settings: { "greenlight:secrets": JSON.stringify({ TOKEN: secretArn }) },
    expected: {
      endState: "rolled back",
      noticed: { by: "codedeploy", saying: /ResourceInitializationError: unable to pull secrets: .*shop-token/ },
    },
    run: (stage) => {
      stage.when(`${stage.steps.install} started`, () => stage.rehearsal.stack.deletedSecrets.add(secretArn));
      return stage.release();
    },
  },
  {
    name: "quota",
    fault: "the account may run no more tasks",
    expected: {
      endState: "rolled back",
      noticed: { by: "codedeploy", saying: /unable to place a task. Reason: You've reached the limit/ },
    },
    run: (stage) => {
      stage.rehearsal.stack.service.taskQuota = 1;
      return stage.release();
    },
  },
  {
    name: "image-missing",
    fault: "the image is gone from the registry",
    expected: { endState: "rolled back", noticed: { by: "codedeploy", saying: /CannotPullContainerError/ } },
    run: (stage) => {
      stage.when(`${stage.steps.install} started`, () => stage.removeImages());
      return stage.release();
    },
  },
  {
    name: "not-startable",
    fault: "the image's command does not exist",
    expected: { endState: "rolled back", noticed: { by: "codedeploy", saying: /CannotStartContainerError/ } },
    run: (stage) => stage.release({ Dockerfile: 'FROM node:22\nCOPY . .\nCMD ["no-such-program"]\n' }),
  },
];
