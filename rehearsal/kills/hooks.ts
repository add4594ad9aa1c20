import type { AwsEndpoint } from "../aws-endpoint/endpoint";
import { signHeaders } from "../aws-endpoint/signature";
import type { Verdict } from "../codedeploy/hook-verdicts";
import type { Functions } from "../stack/stack";

interface CodeDeployEvent {
  readonly DeploymentId: string;
  readonly LifecycleEventHookExecutionId: string;
}

/**
 * In place of the program's functions, hooks of either controller that answer at once and in this process: Node and the AWS
 * SDK would take longer to load than all the rest of a release.
 *
 * @param areContent what they answer now
 */
export function promptHooks(areContent: () => boolean): Functions {
  return (awsEndpoint) => async (_functionName, event) => {
    if (isOfCodeDeploy(event)) {
      await putVerdict(await awsEndpoint(), event, areContent() ? "Succeeded" : "Failed");
      return { status: "returned", value: null };
    }
    return { status: "returned", value: { hookStatus: areContent() ? "SUCCEEDED" : "FAILED" } };
  };
}

function isOfCodeDeploy(event: unknown): event is CodeDeployEvent {
  return typeof event === "object" && event !== null && "LifecycleEventHookExecutionId" in event;
}

async function putVerdict({ url, credentials }: AwsEndpoint, event: CodeDeployEvent, status: Verdict): Promise<void> {
  const { DeploymentId: deploymentId, LifecycleEventHookExecutionId: lifecycleEventHookExecutionId } = event;
  const body = Buffer.from(JSON.stringify({ deploymentId, lifecycleEventHookExecutionId, status }));
  const headers = {
    host: new URL(url).host,
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus",
  };
  const scope = { region: "us-east-1", service: "codedeploy", date: new Date() };
  const signed = await signHeaders({ method: "POST", url: "/", headers, body }, credentials, scope);
  const response = await fetch(url, { method: "POST", headers: signed, body });
  if (response.status === 403) throw new Error(`the verdict was refused: ${await response.text()}`);
}
