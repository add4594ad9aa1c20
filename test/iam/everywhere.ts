const none = "no resource level";
const vpc =
  "Lambda asks for it on all resources before it makes a function in a VPC; the hook's own code is denied it (Lambda developer guide, configuration-vpc)";

const composite =
  "for alarms that the stack names: one of them may be a composite alarm, which AWS shows only to who may read all (CloudWatch API, DescribeAlarms)";

/** The actions that are allowed on `*`, each with the reason; AWS's own data proves those without a resource level. */
export const everywhere: Readonly<Record<string, string>> = {
  "cloudwatch:DescribeAlarms": composite,
  "codepipeline:PutJobFailureResult": none,
  "codepipeline:PutJobSuccessResult": none,
  "codedeploy:BatchGetDeploymentTargets": none,
  "codedeploy:ListDeploymentTargets": none,
  "codedeploy:PutLifecycleEventHookExecutionStatus": none,
  "ec2:AssignPrivateIpAddresses": vpc,
  "ec2:CreateNetworkInterface": vpc,
  "ec2:DeleteNetworkInterface": vpc,
  "ec2:DescribeNetworkInterfaces": none,
  "ec2:DescribeSubnets": none,
  "ec2:UnassignPrivateIpAddresses": vpc,
  "ecr:GetAuthorizationToken": none,
  "ecs:DescribeTaskDefinition": none,
  "elasticloadbalancing:DescribeListeners": none,
  "elasticloadbalancing:DescribeRules": none,
  "elasticloadbalancing:DescribeTargetGroups": none,
  "elasticloadbalancing:DescribeTargetHealth": none,
  "inspector2:ListCoverage": none,
  "inspector2:ListFindings": none,
  "inspector-scan:ScanSbom": none,
  "lambda:ListFunctions": none,
  "logs:DescribeLogGroups": none,
  "ssmmessages:CreateControlChannel": none,
  "ssmmessages:CreateDataChannel": none,
  "ssmmessages:OpenControlChannel": none,
  "ssmmessages:OpenDataChannel": none,
  "xray:PutTraceSegments": none,
};
