import { TrafficRoutes } from "../../../rehearsal/blue-green/traffic-routes";
import { deploymentConfiguration } from "../../../rehearsal/ecs-deployment/deployment-configuration";
import { ServiceDeployment, type ServiceDeploymentProps } from "../../../rehearsal/ecs-deployment/service-deployment";
import type { HookPayload } from "../../../rehearsal/ecs-deployment/stage-hooks";
import { Harness } from "../codedeploy/harness";

/** What ECS sends a hook's function. */
export type HookEvent = HookPayload & { readonly executionId: string; readonly hookDetails?: object };

/** A lifecycle hook of these tests: returns what the function returns. */
export type NativeHook = (event: HookEvent) => unknown;

export const target = "arn:revision/2";
export const source = "arn:revision/1";

/** A service of the ECS controller whose v1 is live behind rules of a real load balancer. */
export class NativeHarness extends Harness {
  /** Functions by name. */
  readonly hooks: Record<string, NativeHook> = {};
  /** Alarms in state ALARM. */
  readonly firing = new Set<string>();
  private readonly alarmListeners = new Set<(name: string) => void>();

  /** A deployment of the next revision. `configuration` is UpdateService's `deploymentConfiguration`. */
  native(configuration: object = {}, change: Partial<ServiceDeploymentProps> = {}): ServiceDeployment {
    const { label, taskDefinition, launch } = this.nextRevision();
    const props = {
      arn: `arn:service-deployment/${label}`,
      serviceArn: "arn:service",
      configuration: deploymentConfiguration.parse({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 5, ...configuration }),
      taskDefinitionArn: taskDefinition,
      label,
      launch,
      targetRevisionArn: target,
      sourceRevisionArn: source,
      ...change,
    };
    const { service, clock, timeline, interruption } = this;
    const arns = { production: ["arn::listener-rule/production"], test: ["arn::listener-rule/test"] };
    return new ServiceDeployment(props, {
      service,
      routes: new TrafficRoutes(arns, this.loadBalancer, this.groups),
      invoke: async (name, event) => {
        try {
          return { status: "returned", value: await this.hooks[name]!(event as HookEvent) };
        } catch (error) {
          return { status: "threw", errorType: "Error", errorMessage: (error as Error).message };
        }
      },
      alarms: {
        firing: (names) => names.filter((name) => this.firing.has(name)),
        onFire: (listener) => {
          this.alarmListeners.add(listener);
          return () => this.alarmListeners.delete(listener);
        },
      },
      clock,
      timeline,
      signal: interruption.signal,
    });
  }

  /** The alarm goes to ALARM. */
  fire(name: string): void {
    for (const listener of this.alarmListeners) listener(name);
  }

  // The rules that the program registers: both groups, blue with weight 1.
  protected override async listen(name: string, port: number): Promise<string> {
    const [blue, green] = this.groups;
    const targetGroups = [
      { arn: blue.arn, weight: 1 },
      { arn: green.arn, weight: 0 },
    ];
    const rule = {
      arn: `arn::listener-rule/${name}`,
      priority: 100,
      conditions: [{ pathPattern: { values: ["*"] } }],
      actions: [{ type: "forward" as const, forward: { targetGroups } }],
    };
    const defaultActions = [
      { type: "fixed-response" as const, fixedResponse: { statusCode: "503", contentType: "text/plain" } },
    ];
    const props = { arn: `arn:listener/${name}`, port, localPort: 0, protocol: "HTTP" as const, defaultActions };
    const description = await this.loadBalancer.listen({ ...props, rules: [rule] });
    return `http://127.0.0.1:${description.localPort}`;
  }
}

/** A Lambda hook of this name at these stages. */
export function lambdaHook(name: string, ...lifecycleStages: string[]) {
  return { hookTargetArn: `arn:aws:lambda:function:${name}`, roleArn: "arn:role", lifecycleStages };
}
