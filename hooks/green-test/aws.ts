import type { CodeDeploy } from "@aws-sdk/client-codedeploy";
import type { EC2 } from "@aws-sdk/client-ec2";
import type { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";

// The Lambda runtime provides the SDK; it stays outside the bundle and is loaded when first needed, one client for each
// container, so that the module itself is ready at once.
let codeDeployClient: Promise<CodeDeploy> | undefined;
let loadBalancingClient: Promise<ElasticLoadBalancingV2> | undefined;
let ec2Client: Promise<EC2> | undefined;

export function codeDeploy(): Promise<CodeDeploy> {
  return (codeDeployClient ??= import("@aws-sdk/client-codedeploy").then((sdk) => new sdk.CodeDeploy()));
}

export function loadBalancing(): Promise<ElasticLoadBalancingV2> {
  return (loadBalancingClient ??= import("@aws-sdk/client-elastic-load-balancing-v2").then(
    (sdk) => new sdk.ElasticLoadBalancingV2(),
  ));
}

export function ec2(): Promise<EC2> {
  return (ec2Client ??= import("@aws-sdk/client-ec2").then((sdk) => new sdk.EC2()));
}
