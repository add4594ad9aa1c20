// Registers so many plain resources, and nothing else: what the SDK itself costs. Prints the milliseconds that it took.
import * as aws from "@pulumi/aws";
import { evaluate } from "../rehearsal/graph/evaluate";

const count = Number(process.argv[2]);

function program(): Record<string, unknown> {
  const role = new aws.iam.Role("role", { assumeRolePolicy: "{}" });
  for (let index = 0; index < count / 4; index++) {
    const group = new aws.ec2.SecurityGroup(`group-${index}`, { vpcId: "vpc-1" });
    new aws.vpc.SecurityGroupIngressRule(`rule-${index}`, { securityGroupId: group.id, ipProtocol: "tcp" });
    new aws.iam.RolePolicy(`policy-${index}`, { role: role.id, policy: "{}" });
    new aws.s3.Bucket(`bucket-${index}`, {});
  }
  return {};
}

const startedAt = performance.now();
void evaluate({ project: "bench", stack: "dev" }, program).then(() => {
  process.stdout.write(String(performance.now() - startedAt));
});
