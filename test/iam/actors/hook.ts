import type { Actor } from "../actor";
import type { Stack } from "../stack";
import { logStream, secretParameters, shares } from "./things";

const networkInterfaces = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:UnassignPrivateIpAddresses",
];

/** The test hook's own code. */
export const hook: Actor = {
  name: "The test hook",
  does: "proves that the test listener serves green, and reports its verdict; Lambda itself makes its network interfaces",
  service: "lambda.amazonaws.com",
  role: "-test",
  // Lambda itself calls from elsewhere.
  inNetwork: ({ context }) => "lambda:SourceFunctionArn" in context,
  calls: (stack) => [
    {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      on: [logStream(stack, "-test")],
      why: "writes the hook's log",
      source: "Lambda developer guide, monitoring-cloudwatchlogs",
    },
    ...(stack.hasCodeDeploy ? codeDeploy(stack) : native(stack)),
    {
      actions: ["ssm:GetParameter"],
      on: secretParameters(stack),
      context: fromCode(stack),
      why: "reads its secret checks and the test header",
      source: "hooks/green-test/secrets.ts",
    },
    {
      actions: ["elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeTargetHealth"],
      on: ["*"],
      context: fromCode(stack),
      why: "proves that the test listener serves green",
      source: "hooks/green-test/prove-code-deploy.ts",
    },
    {
      actions: ["ec2:DescribeNetworkInterfaces"],
      on: ["*"],
      context: fromCode(stack),
      why: "finds the load balancer's private addresses",
      source: "hooks/green-test/test-listener.ts",
    },
    {
      actions: ["ec2:DescribeSubnets"],
      on: ["*"],
      why: "Lambda joins the VPC",
      source: "Lambda developer guide, configuration-vpc",
    },
    {
      actions: networkInterfaces,
      on: [stack.local("ec2", "network-interface/eni-0123456789abcdef0")],
      why: "Lambda joins the VPC",
      source: "Lambda developer guide, configuration-vpc",
    },
    {
      actions: ["ec2:CreateNetworkInterface"],
      on: [
        stack.local("ec2", "subnet/subnet-0123456789abcdef0"),
        stack.local("ec2", "security-group/sg-0123456789abcdef0"),
      ],
      why: "Lambda joins the VPC",
      source: "Lambda developer guide, configuration-vpc",
    },
  ],
  never: (stack) => [
    {
      actions: networkInterfaces,
      on: [stack.local("ec2", "network-interface/eni-0123456789abcdef0")],
      context: fromCode(stack),
      why: "what Lambda does with the role, the function's code may not",
      source: "Lambda developer guide, configuration-vpc, security best practices",
    },
    {
      actions: ["ec2:DescribeSubnets"],
      on: ["*"],
      context: fromCode(stack),
      why: "what Lambda does with the role, the function's code may not",
      source: "Lambda developer guide, configuration-vpc, security best practices",
    },
  ],
};

function codeDeploy(stack: Stack) {
  return [
    {
      actions: ["codedeploy:ListDeploymentTargets", "codedeploy:BatchGetDeploymentTargets"],
      on: ["*"],
      context: fromCode(stack),
      why: "finds green's target group",
      source: "hooks/green-test/prove-code-deploy.ts",
    },
    {
      actions: ["codedeploy:PutLifecycleEventHookExecutionStatus"],
      on: ["*"],
      context: fromCode(stack),
      why: "reports the verdict",
      source: "hooks/green-test/report.ts",
    },
    ...(shares(stack) ? [describeRules(stack)] : []),
  ];
}

function describeRules(stack: Stack) {
  return {
    actions: ["elasticloadbalancing:DescribeRules"],
    on: ["*"],
    context: fromCode(stack),
    why: "proves that the test rule serves green",
    source: "hooks/green-test/test-listener.ts",
  };
}

function native(stack: Stack) {
  const service = stack.arn("aws:ecs/service:Service");
  return [
    {
      actions: ["ecs:DescribeServiceRevisions"],
      on: [service, `${service.replace(":service/", ":service-revision/")}/0123456789`],
      context: fromCode(stack),
      why: "finds green's target group; AWS asks for both resources",
      source: "hooks/green-test/prove-ecs.ts; service authorization reference, Amazon ECS",
    },
    describeRules(stack),
  ];
}

/** The key by which IAM tells a function's code from Lambda itself. Source: Lambda developer guide, permissions-source-function-arn. */
function fromCode(stack: Stack) {
  return { "lambda:SourceFunctionArn": stack.arn("aws:lambda/function:Function", "-test") };
}
