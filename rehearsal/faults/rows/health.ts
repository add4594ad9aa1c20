import { broken } from "../broken";
import type { Fault } from "../fault";

const secretArn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-token-AbCdEf";

type Rest = Pick<Fault, "ecsSaying" | "settings" | "run">;

/** A release that is rolled back, since green does not come up. */
const rolledBack = (name: string, fault: string, saying: RegExp, rest: Rest): Fault => ({
  name,
  fault,
  expected: { endState: "rolled back", noticed: { by: "codedeploy", saying } },
  ...rest,
});

/** One whose tasks start and never become healthy: CodeDeploy's hour ends, or ECS counts three that failed. */
const neverHealthy = (name: string, fault: string, code: string): Fault =>
  rolledBack(name, fault, /timed out while waiting for the replacement task set to become healthy/, {
    ecsSaying: /the circuit breaker's threshold of 3 failures is reached/,
    // A start is not hurried, so a task is given little time.
    settings: {
      "greenlight:healthCheck": '{"intervalSeconds":5,"timeoutSeconds":2}',
      "greenlight:healthCheckGracePeriodSeconds": "4",
    },
    run: (stage) => stage.release(broken(code)),
  });

/** Green does not come up. */
export const health: readonly Fault[] = [
  neverHealthy("never-healthy", "green never answers", "exports.listens = false;"),
  neverHealthy("crash-loop", "green crashes in a loop", "process.exit(3);"),
  {
    name: "slow-start",
    fault: "green starts slowly, within the grace period",
    expected: { endState: "released", noticed: { by: "elb", saying: /v2-1 is healthy/ } },
    run: (stage) => stage.release(broken("exports.startMs = 1500;")),
  },
  neverHealthy("slow-start-late", "green starts slowly, beyond the grace period", "exports.startMs = 60_000;"),
  rolledBack(
    "container-unhealthy",
    "green serves, and its container's health check fails",
    /failed container health checks/,
    {
      settings: {
        "greenlight:container": JSON.stringify({
          healthCheck: { command: ["CMD-SHELL", "test ! -e sick"], retries: 1 },
        }),
        "greenlight:healthCheckGracePeriodSeconds": "3",
      },
      run: (stage) => stage.release({ sick: "" }),
    },
  ),
  rolledBack(
    "secret-missing",
    "a secret that tasks read is gone",
    /ResourceInitializationError: unable to pull secrets: .*shop-token/,
    {
      settings: { "greenlight:secrets": JSON.stringify({ TOKEN: secretArn }) },
      run: (stage) => {
        stage.when(`${stage.steps.install} started`, () => stage.rehearsal.stack.deletedSecrets.add(secretArn));
        return stage.release();
      },
    },
  ),
  rolledBack("quota", "the account may run no more tasks", /unable to place a task. Reason: You've reached the limit/, {
    run: (stage) => {
      stage.rehearsal.stack.service.taskQuota = 1;
      return stage.release();
    },
  }),
  rolledBack("image-missing", "the image is gone from the registry", /CannotPullContainerError/, {
    run: (stage) => {
      stage.when(`${stage.steps.install} started`, () => stage.removeImages());
      return stage.release();
    },
  }),
  rolledBack("not-startable", "the image's command does not exist", /CannotStartContainerError/, {
    run: (stage) => stage.release({ Dockerfile: 'FROM node:22\nWORKDIR /app\nCOPY . .\nCMD ["./no-such-program"]\n' }),
  }),
];
