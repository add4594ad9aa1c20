import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { GreenTestConfig } from "../../../hooks/green-test/checks";
import { startAwsEndpoint } from "../../../rehearsal/aws-endpoint/endpoint";
import { Clock } from "../../../rehearsal/clock";
import { Timeline } from "../../../rehearsal/events";
import { invokeFunction, longestClockLeadMs, type InvocationOutcome } from "../../../rehearsal/lambda/invoke-function";
import { deploymentId, FakeAws, hookExecutionId, parameterName, testListenerArn, testRuleArn } from "./fake-aws";
import { unpackHook } from "./hook-code";

export interface LogLine {
  readonly text: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Green: answers the hook's requests as the test says. */
export interface Green {
  /** Answers request number `count`, from 1. */
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void;
  readonly requests: {
    readonly method?: string;
    readonly url?: string;
    readonly host?: string;
    readonly body: string;
  }[];
  /** Stops listening and drops every connection, as a process that crashed. */
  readonly crash: () => Promise<void>;
}

export interface HookInvocation {
  /** Whether test traffic comes by a rule of a shared listener, as ECS's does. @default for ECS's events only */
  readonly byRule?: boolean;
  /** Whether the stack has a secret parameter. @default false */
  readonly readsParameter?: boolean;
  /** @default CodeDeploy's */
  readonly event?: unknown;
  readonly scale?: number;
  readonly timeoutSeconds?: number;
  /** @default the hook's code and configuration */
  readonly codeDirectory?: string;
  /** A file with an authority that the hook trusts. @default none but the public ones */
  readonly caFile?: string;
}

export interface HookRehearsal {
  /** Where the hook's code is. */
  readonly codeDirectory: string;
  readonly aws: FakeAws;
  readonly green: Green;
  readonly log: LogLine[];
  /** Takes AWS away. */
  readonly closeAws: () => Promise<void>;
  /** Invokes the hook's own bundle in a process of its own. */
  readonly invoke: (options?: HookInvocation) => Promise<InvocationOutcome>;
  readonly close: () => Promise<void>;
}

const usualScale = 200;

/** What users call. */
export const hostHeader = "demo.elb.example.com";

const codeDeployEvent = { DeploymentId: deploymentId, LifecycleEventHookExecutionId: hookExecutionId };

/**
 * Sets the stage for one hook: green behind a real socket, AWS behind another, the bundle with `config` in a directory.
 *
 * @param server what green listens with
 */
export async function rehearseHook(config: GreenTestConfig, server = createServer()): Promise<HookRehearsal> {
  const { green, port } = await startGreen(server);
  const aws = new FakeAws(port);
  const endpoint = await startAwsEndpoint({ controlPlane: aws, longestAheadMs: longestClockLeadMs(usualScale) });
  const code = await unpackHook(config);
  const log: LogLine[] = [];
  return {
    codeDirectory: code.directory,
    aws,
    green,
    log,
    closeAws: () => endpoint.close(),
    invoke: ({
      event = codeDeployEvent,
      scale = usualScale,
      timeoutSeconds = 900,
      byRule,
      readsParameter = false,
      ...others
    } = {}) => {
      const timeline = new Timeline(new Clock(scale));
      timeline.on(({ text, detail }) => log.push({ text, detail }));
      return invokeFunction({
        functionName: "green-test",
        codeDirectory: code.directory,
        ...others,
        handler: "index.handler",
        environment: {
          TEST_LISTENER_ARN: testListenerArn,
          ...((byRule ?? event !== codeDeployEvent) ? { TEST_LISTENER_RULE_ARN: testRuleArn } : {}),
          HOST_HEADER: hostHeader,
          ...(readsParameter ? { SECRETS_PARAMETER: parameterName } : {}),
        },
        timeoutSeconds,
        event,
        awsEndpoint: endpoint,
        clock: timeline.clock,
        timeline,
      });
    },
    close: async () => {
      await Promise.all([green.crash(), endpoint.close(), code.remove()]);
    },
  };
}

async function startGreen(server: Server): Promise<{ green: Green; port: number }> {
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { method, url, headers } = request;
      green.requests.push({ method, url, host: headers.host, body });
      green.answer(request, response, green.requests.length);
    });
  });
  const green: Green = {
    answer: (_, response) => response.end("Hello from v2"),
    requests: [],
    crash: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { green, port: (server.address() as AddressInfo).port };
}

/** The reason that the hook logged with its verdict. */
export function verdictReason(log: readonly LogLine[]): string {
  const line = log.find(({ detail }) => detail.verdict !== undefined);
  assert.ok(line, `no verdict in the log:\n${log.map(({ text }) => text).join("\n")}`);
  return String(line.detail.reason);
}
