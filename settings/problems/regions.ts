import type { Problem } from "../../components/problems";
import type { Given } from "../schema";

/**
 * What is named by its ARN and is of another region than the stack, whose load balancer, service and pipeline use only what is in
 * their own. Not judged where the region is not among the settings (`AWS_REGION`).
 */
export function regionProblems(settings: Given, region: string | undefined): Problem[] {
  if (region === undefined) return [];
  const { https, loadBalancer, sharedLoadBalancer, clusterArn, notifications, deployApproval } = settings;
  const { promoteFrom, promoteTo = [] } = settings;
  const named = {
    clusterArn,
    "deployApproval.topicArn": deployApproval?.topicArn,
    "deployApproval.keyArn": deployApproval?.keyArn,
    "https.certificateArn": https?.certificateArn,
    "loadBalancer.arn": loadBalancer?.arn,
    "loadBalancer.webAclArn": loadBalancer?.webAclArn,
    "notifications.topicArn": notifications?.topicArn,
    "notifications.keyArn": notifications?.keyArn,
    "promoteFrom.keyArn": promoteFrom?.keyArn,
    ...Object.fromEntries(promoteTo.map((arn, index) => [`promoteTo[${index}]`, arn])),
    "sharedLoadBalancer.productionListenerArn": sharedLoadBalancer?.productionListenerArn,
    "sharedLoadBalancer.testListenerArn": sharedLoadBalancer?.testListenerArn,
    // ECR signs with a profile of its own region. Source: ECR user guide, managed-signing.
    signingProfileArn: settings.signingProfileArn,
    ...(settings.natGateways === "none" ? secretArns(settings) : {}),
  };
  return Object.entries(named).flatMap(([path, arn]) => {
    const [prefix, , , other] = arn?.split(":") ?? [];
    if (prefix !== "arn" || !other || other === region) return [];
    return [{ path, message: `is of ${other}, and this stack of ${region}; name one of ${region}.` }];
  });
}

/** Without NAT, tasks reach what has an endpoint in the VPC, which is of its own region. */
function secretArns({ secrets = {}, sidecars = [], logRouter }: Given): Record<string, string> {
  const all = {
    secrets,
    ...Object.fromEntries(sidecars.map((sidecar, index) => [`sidecars[${index}].secrets`, sidecar.secrets ?? {}])),
    "logRouter.secretOptions": logRouter?.secretOptions ?? {},
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([at, arns]) => Object.entries(arns).map(([name, arn]) => [`${at}.${name}`, arn])),
  );
}
