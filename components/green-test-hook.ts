import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { checkMistakes } from "../hooks/green-test/check-mistakes";
import type { GreenTestConfig, HttpCheck } from "../hooks/green-test/checks";
import type { BlueGreenEcsService } from "./blue-green-ecs-service";
import { type ChildName, childNameProblems } from "./child-names";
import { withDefaults } from "./defaults";
import { droppedHeaderProblems } from "./load-balancer/dropped-headers";
import { checkPathProblems } from "./load-balancer/shared-load-balancer-problems";
import type { ControllerType } from "./deployment/controller-type";
import { bundleGreenTestHook } from "./hook-bundle";
import { longestSoakMinutes, retentionProblems } from "./limits";
import { type Calls, grant, serviceRole, type Statement } from "./policy";
import { type Problem, refuse } from "./problems";
import { SecretParameter } from "./secret-parameter";

export interface GreenTestHookArgs {
  /** The service whose green tasks are tested. */
  readonly service: BlueGreenEcsService;
  /** What green must answer. @default one GET of "/" with status 200 */
  readonly checks?: readonly HttpCheck[];
  /**
   * What the hook reads as it runs: checks that hold credentials, and the service's test header. @default a parameter of
   * its own for the test header, if the service has one
   */
  readonly secretParameter?: SecretParameter;
  /**
   * Minutes for which green is tested again and again before traffic shifts; 0 tests it once. @default 5
   *
   * With CodeDeploy 0 to 13: one Lambda invocation carries the wait, and ends after 15 minutes. With ECS 0 to 1320: it
   * invokes the hook again and again.
   */
  readonly waitMinutes?: number;
  /** @default 30 */
  readonly logRetentionDays?: number;
}

const defaults = { waitMinutes: 5, logRetentionDays: 30 };
const defaultChecks: readonly HttpCheck[] = [{ path: "/" }];

/** Lambda's longest; time that is not used costs nothing. Source: Lambda developer guide, gettingstarted-limits. */
const timeoutSeconds = 900;

/**
 * A Lambda function that tests the green tasks through the test listener before production traffic shifts to them, and
 * tells the service's deployment controller its verdict. It runs in the service's VPC, so that the test port needs no opening to the internet.
 *
 * @throws InvalidInput naming every wrong argument, before anything is registered.
 */
export class GreenTestHook extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  readonly role: aws.iam.Role;
  readonly securityGroup: aws.ec2.SecurityGroup;
  /** What its code calls from within the network; Lambda itself writes its log and makes its interfaces from outside. */
  readonly calls: Calls;

  constructor(
    readonly name: string,
    args: GreenTestHookArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const { service, waitMinutes, logRetentionDays } = withDefaults(defaults, args);
    const checks = args.checks ?? (args.secretParameter?.holds.has("checks") ? undefined : defaultChecks);
    refuse(`GreenTestHook "${name}"`, [
      ...waitProblems(waitMinutes, service.controller.type),
      ...(checks ? checkMistakes(checks) : []),
      ...checkPathProblems(checks ?? [], service.loadBalancer.share?.paths),
      ...droppedHeaderProblems(checks ?? [], service.loadBalancer.dropsInvalidHeaderFields),
      ...secretsProblems(args),
      ...retentionProblems("logRetentionDays", logRetentionDays),
      ...childNameProblems("GreenTestHook", name, policies(name), opts),
    ]);
    super("greenlight:index:GreenTestHook", name, {}, opts);
    const parent = { parent: this };
    const logGroup = new aws.cloudwatch.LogGroup(name, { retentionInDays: logRetentionDays }, parent);
    this.role = serviceRole(name, { service: "lambda.amazonaws.com" }, [], parent);
    const { header } = service.loadBalancer.test;
    const secrets = args.secretParameter ?? (header && new SecretParameter(name, { testHeader: header }, parent));
    const { invoker, environment, statements } = service.controller.testHook;
    const called = [...statements, ...(secrets ? [secrets.readBy("ssm:GetParameter")] : [])];
    this.calls = { role: this.role, statements: [readStatement, ...called] };
    const granted = grant(name, this.role, [...ownStatements(logGroup), ...called], parent);
    this.securityGroup = hookSecurityGroup(name, service, parent);
    this.function = new aws.lambda.Function(
      name,
      {
        description: "Tests green before production traffic shifts to it",
        role: this.role.arn,
        runtime: "nodejs22.x",
        architectures: ["arm64"],
        handler: "index.handler",
        code: code({ ...(checks ? { checks } : {}), waitSeconds: waitMinutes * 60 }),
        timeout: timeoutSeconds,
        memorySize: 256,
        environment: {
          variables: {
            TEST_LISTENER_ARN: service.loadBalancer.test.listener.arn,
            HOST_HEADER: service.loadBalancer.host,
            ...(secrets ? { SECRETS_PARAMETER: secrets.parameter.name } : {}),
            ...environment,
          },
        },
        vpcConfig: { subnetIds: service.network.privateSubnetIds, securityGroupIds: [this.securityGroup.id] },
        loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
      },
      // Lambda checks at creation that the role may make network interfaces.
      { parent: this, dependsOn: [granted] },
    );
    grant(`${name}-invoke`, invoker, [{ actions: ["lambda:InvokeFunction"], resources: [this.function.arn] }], parent);
    grant(`${name}-own-code`, this.role, [keepFromOwnCode(this.function.arn)], parent);
    this.registerOutputs();
  }
}

function policies(name: string): ChildName[] {
  return [name, `${name}-invoke`, `${name}-own-code`].map((policy) => ({ kind: "role policy", name: policy }));
}

/** What is wrong with the wait; also asked by the reader of the settings, as `checkMistakes` is. */
export function waitProblems(waitMinutes: number, controller: ControllerType): Problem[] {
  const longest = longestSoakMinutes[controller];
  if (waitMinutes >= 0 && waitMinutes <= longest) return [];
  return [{ path: "waitMinutes", message: `is ${waitMinutes}; ${wayOut[controller](longest)}.` }];
}

const wayOut: Record<ControllerType, (longest: number) => string> = {
  CODE_DEPLOY: (longest) =>
    `the wait is one Lambda invocation, which ends after 15 minutes, so 0 to ${longest}. For a longer look at green ` +
    "let a person continue the deployment (trafficShift: approval), or let ECS deploy (controller: ECS)",
  ECS: (longest) => `the pipeline follows a release for 24 hours, so green is tested for 0 to ${longest} minutes`,
};

function secretsProblems({ service, checks, secretParameter }: GreenTestHookArgs): Problem[] {
  if (!secretParameter) return [];
  const problems: Problem[] = [];
  if (checks && secretParameter.holds.has("checks"))
    problems.push({ path: "checks", message: "are in secretParameter too. Remove one of the two." });
  if (service.loadBalancer.test.header && !secretParameter.holds.has("testHeader"))
    problems.push({
      path: "secretParameter",
      message: "has no testHeader. Give it the service's, which every check sends.",
    });
  return problems;
}

function code(config: GreenTestConfig): pulumi.asset.AssetArchive {
  return new pulumi.asset.AssetArchive({
    "index.js": new pulumi.asset.StringAsset(bundleGreenTestHook()),
    "config.json": new pulumi.asset.StringAsset(JSON.stringify(config)),
  });
}

/** What the hook asks about the load balancer. */
const readStatement: Statement = {
  // None of these has a resource level. Source: service authorization reference, Elastic Load Balancing, EC2.
  actions: [
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeTargetHealth",
    "ec2:DescribeNetworkInterfaces",
  ],
  resources: ["*"],
};

function ownStatements(logGroup: aws.cloudwatch.LogGroup) {
  return [
    {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [pulumi.interpolate`${logGroup.arn}:log-stream:*`],
    },
    readStatement,
    {
      // Lambda makes network interfaces in the VPC with this role, and asks for these on all resources.
      // Source: Lambda developer guide, configuration-vpc, "Required IAM permissions".
      actions: networkInterfaceActions,
      resources: ["*"],
    },
  ];
}

const networkInterfaceActions = [
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeSubnets",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];

/** What Lambda does with the role, the function's code may not. Source: the same page, "Security best practices". */
function keepFromOwnCode(functionArn: pulumi.Input<string>): Statement {
  return {
    effect: "Deny",
    actions: networkInterfaceActions,
    resources: ["*"],
    conditions: { ArnEquals: { "lambda:SourceFunctionArn": functionArn } },
  };
}

function hookSecurityGroup(name: string, service: BlueGreenEcsService, opts: pulumi.CustomResourceOptions) {
  const albGroupId = service.loadBalancer.securityGroupId;
  const group = new aws.ec2.SecurityGroup(
    name,
    { vpcId: service.network.vpcId, description: `${name}: test hook` },
    opts,
  );
  const { port } = service.loadBalancer.test;
  const testPort = { ipProtocol: "tcp", fromPort: port, toPort: port };
  new aws.vpc.SecurityGroupIngressRule(
    name,
    { securityGroupId: albGroupId, referencedSecurityGroupId: group.id, description: "test hook", ...testPort },
    opts,
  );
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-test`,
    { securityGroupId: group.id, referencedSecurityGroupId: albGroupId, description: "test listener", ...testPort },
    opts,
  );
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-aws`,
    {
      securityGroupId: group.id,
      cidrIpv4: "0.0.0.0/0",
      description: "AWS APIs",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
    },
    opts,
  );
  return group;
}
