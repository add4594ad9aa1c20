import type { LifecycleEventStatus } from "@aws-sdk/client-codedeploy";
import { AwsError, type AwsControlPlane } from "../../../rehearsal/aws-endpoint/control-plane";

export const deploymentId = "d-TEST12345";
export const hookExecutionId = "hook-execution-1";
export const testListenerArn =
  "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/demo/50dc6c495c0c9188/test";

export const testRuleArn =
  "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/demo/50dc6c495c0c9188/test/everything";
export const parameterName = "demo-secrets-1234567";
export const greenRevisionArn = "arn:aws:ecs:us-east-1:123456789012:service-revision/demo/demo/2";

const loadBalancerArn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/demo/50dc6c495c0c9188";

/** A deployment whose green tasks are healthy and behind the test listener; tests change what is otherwise. */
export class FakeAws implements AwsControlPlane {
  /** Target group and weight for each entry of the test listener's forward action. */
  forwards: Record<string, number> = { "tg-green": 100, "tg-blue": 0 };
  greenHealth: "healthy" | "unhealthy" | "initial" = "healthy";
  greenRunning = 1;
  blueGroup = "tg-blue";
  testProtocol: "HTTP" | "HTTPS" = "HTTP";
  /** Private addresses of the load balancer. */
  addresses = ["127.0.0.1"];
  /** The value of the secret parameter, if there is one. */
  secretParameter: string | undefined;
  /** Errors that answer the next questions for it, first one first. */
  parameterErrors: AwsError[] = [];
  /** Errors that answer the next reports of a verdict, first one first. */
  reportErrors: AwsError[] = [];
  verdicts: (LifecycleEventStatus | undefined)[] = [];
  calls: string[] = [];
  /** Called before each answer; may change what it will be. */
  onCall: (operation: string) => void = () => undefined;

  constructor(private readonly testPort: number) {}

  listDeploymentTargets({ deploymentId: id }: { deploymentId?: string }) {
    this.note("listDeploymentTargets");
    if (id !== deploymentId) throw new AwsError("DeploymentDoesNotExistException", `no deployment ${id}`);
    return { targetIds: ["demo:demo"] };
  }

  batchGetDeploymentTargets({ targetIds }: { targetIds?: string[] }) {
    this.note("batchGetDeploymentTargets");
    const set = (label: "Green" | "Blue", name: string, runningCount: number) => {
      return {
        taskSetLabel: label,
        targetGroup: { name },
        runningCount,
        status: label === "Blue" ? "PRIMARY" : "ACTIVE",
      };
    };
    const taskSetsInfo = [set("Blue", this.blueGroup, 1), set("Green", "tg-green", this.greenRunning)];
    return {
      deploymentTargets: (targetIds ?? []).map((targetId) => {
        return { deploymentTargetType: "ECSTarget" as const, ecsTarget: { deploymentId, targetId, taskSetsInfo } };
      }),
    };
  }

  putLifecycleEventHookExecutionStatus({
    lifecycleEventHookExecutionId: id,
    status,
  }: {
    lifecycleEventHookExecutionId?: string;
    status?: LifecycleEventStatus;
  }) {
    this.note("putLifecycleEventHookExecutionStatus");
    const error = this.reportErrors.shift();
    if (error) throw error;
    this.verdicts.push(status);
    return { lifecycleEventHookExecutionId: id };
  }

  describeListeners({ ListenerArns }: { ListenerArns?: string[] }) {
    this.note("describeListeners");
    if (ListenerArns?.[0] !== testListenerArn)
      throw new AwsError("ListenerNotFound", `no listener ${ListenerArns?.[0]}`);
    return {
      Listeners: [
        {
          ListenerArn: testListenerArn,
          LoadBalancerArn: loadBalancerArn,
          Port: this.testPort,
          Protocol: this.testProtocol,
          DefaultActions: this.actions(),
        },
      ],
    };
  }

  describeRules({ RuleArns }: { RuleArns?: string[] }) {
    this.note("describeRules");
    if (RuleArns?.[0] !== testRuleArn) throw new AwsError("RuleNotFound", `no rule ${RuleArns?.[0]}`);
    return { Rules: [{ RuleArn: testRuleArn, Priority: "50000", Actions: this.actions() }] };
  }

  describeServiceRevisions({ serviceRevisionArns }: { serviceRevisionArns?: string[] }) {
    this.note("describeServiceRevisions");
    const known = serviceRevisionArns?.filter((arn) => arn === greenRevisionArn) ?? [];
    const loadBalancers = [{ targetGroupArn: groupArn("tg-green") }];
    return {
      serviceRevisions: known.map((serviceRevisionArn) => ({
        serviceRevisionArn,
        resolvedConfiguration: { loadBalancers },
      })),
    };
  }

  describeTargetHealth({ TargetGroupArn }: { TargetGroupArn?: string }) {
    this.note("describeTargetHealth");
    if (TargetGroupArn !== groupArn("tg-green"))
      throw new AwsError("TargetGroupNotFound", `no target group ${TargetGroupArn}`);
    const TargetHealth = { State: this.greenHealth, ...(this.greenHealth !== "healthy" && unhealthy) };
    return { TargetHealthDescriptions: [{ Target: { Id: "127.0.0.1", Port: this.testPort }, TargetHealth }] };
  }

  describeNetworkInterfaces({ Filters = [] }: { Filters?: { Name?: string; Values?: string[] }[] }) {
    this.note("describeNetworkInterfaces");
    const asked = Filters.find(({ Name }) => Name === "description")?.Values;
    const found = asked?.includes("ELB app/demo/50dc6c495c0c9188") ?? false;
    return { NetworkInterfaces: found ? this.addresses.map((PrivateIpAddress) => ({ PrivateIpAddress })) : [] };
  }

  getParameter({ Name, WithDecryption }: { Name?: string; WithDecryption?: boolean }) {
    this.note("getParameter");
    const error = this.parameterErrors.shift();
    if (error) throw error;
    if (Name !== parameterName || this.secretParameter === undefined)
      throw new AwsError("ParameterNotFound", `no parameter ${Name}`);
    return { Parameter: { Name, Value: WithDecryption ? this.secretParameter : "ciphertext" } };
  }

  /** Of the test listener, and of the rule for test traffic. */
  private actions() {
    const TargetGroups = Object.entries(this.forwards).map(([name, Weight]) => ({
      TargetGroupArn: groupArn(name),
      Weight,
    }));
    return [{ Type: "forward" as const, Order: 1, ForwardConfig: { TargetGroups } }];
  }

  private note(operation: string): void {
    this.calls.push(operation);
    this.onCall(operation);
  }
}

const unhealthy = { Reason: "Target.ResponseCodeMismatch" as const };

function groupArn(name: string): string {
  return `arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/${name}/73e2d6bc24d8a067`;
}
