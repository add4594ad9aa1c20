import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { imagePlaceholder, taskDefinitionFile } from "../../hooks/ecs-release/template-files";
import { appSpecFile, renderAppSpec } from "./app-spec";
import { pipelineStatements, roleStatements } from "./code-deploy-statements";
import type {
  DeploymentController,
  DeployStep,
  DeployStepArgs,
  ReleasedService,
  ServiceBirth,
  TestHookTerms,
} from "./deployment-controller";
import type { BlueGreenLoadBalancer } from "../load-balancer/load-balancer";
import { grantPublishing, type Notifications } from "../notifications/notifications";
import { imageArtifact } from "../pipeline/artifacts";
import { grant, serviceRole } from "../policy";
import type { RouteRules } from "../load-balancer/route-rules";
import { siblingArn } from "../sibling-arn";
import { shiftConfiguration, type TrafficShift } from "./traffic-shift";

export interface CodeDeployArgs extends TrafficShift, ReleasedService {
  readonly deploymentConfigName: string;
  /** Minutes that a deployment waits for a person to let traffic shift; undefined shifts as soon as the hooks pass. */
  readonly approvalWaitMinutes: number | undefined;
  /** Minutes that blue goes on running after the shift, for a quick way back. */
  readonly terminationWaitMinutes: number;
  /** Are told when a deployment is rolled back or stopped, or waits for a person. */
  readonly notifications?: Notifications | undefined;
  /** The service's rules on listeners that it shares; undefined where the listeners are its own. */
  readonly rules: RouteRules | undefined;
}

/** A service that only CodeDeploy changes. Source: ECS API reference, UpdateService. */
export function codeDeployBirth(
  { productionListener, test }: BlueGreenLoadBalancer,
  rules: RouteRules | undefined,
): ServiceBirth {
  return {
    deploymentController: { type: "CODE_DEPLOY" },
    // ECS refuses a service whose target group hangs on no listener.
    dependsOn: rules ? [rules.production, rules.test] : [productionListener, test.listener],
    ignoreChanges: [
      // Each of these belongs to the releases: UpdateService refuses them for a CODE_DEPLOY service, and every
      // deployment changes them.
      "taskDefinition", // the release's revision
      "loadBalancers", // the target group that the last release ended on
      "networkConfiguration", // the AppSpec carries subnets and security groups
      "platformVersion", // the AppSpec carries it
      "capacityProviderStrategies", // CodeDeploy sets or removes them by the AppSpec
      "launchType", // gone once a release has set a strategy, and a change of it would replace the service
    ],
  };
}

/** The CodeDeploy application and deployment group that release one ECS service blue/green. */
export class CodeDeploy extends pulumi.ComponentResource implements DeploymentController {
  readonly type = "CODE_DEPLOY";
  readonly instructionsFile = appSpecFile;
  /** Its triggers tell. */
  readonly deploymentEvents = {};
  readonly application: aws.codedeploy.Application;
  readonly deploymentGroup: aws.codedeploy.DeploymentGroup;
  /** CodeDeploy's own role; a test hook adds its permission to be invoked. */
  readonly role: aws.iam.Role;

  constructor(
    name: string,
    private readonly args: CodeDeployArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("greenlight:index:CodeDeploy", name, {}, opts);
    const { loadBalancer } = args;
    const alarmNames = args.alarms.map((alarm) => alarm.name);
    this.application = new aws.codedeploy.Application(name, { computePlatform: "ECS" }, { parent: this });
    const service = "codedeploy.amazonaws.com";
    // Source: CodeDeploy user guide, security_confused_deputy.
    const sourceArn = siblingArn(
      this.application.arn,
      "codedeploy",
      pulumi.interpolate`deploymentgroup:${this.application.name}/*`,
    );
    this.role = serviceRole(`${name}-deploy`, { service, sourceArn }, [], { parent: this });
    const grants = [
      grant(`${name}-deploy`, this.role, roleStatements(args, args.rules), { parent: this }),
      ...(args.notifications ? [grantPublishing(name, this.role, args.notifications, { parent: this })] : []),
    ];
    const shift = shiftConfiguration(name, args, { parent: this });
    this.deploymentGroup = new aws.codedeploy.DeploymentGroup(
      name,
      {
        appName: this.application.name,
        deploymentGroupName: name,
        serviceRoleArn: this.role.arn,
        deploymentConfigName: shift?.deploymentConfigName ?? args.deploymentConfigName,
        deploymentStyle: { deploymentOption: "WITH_TRAFFIC_CONTROL", deploymentType: "BLUE_GREEN" },
        ecsService: { clusterName: args.cluster.name, serviceName: args.service.name },
        loadBalancerInfo: {
          targetGroupPairInfo: {
            prodTrafficRoute: { listenerArns: [loadBalancer.productionListener.arn] },
            testTrafficRoute: { listenerArns: [loadBalancer.test.listener.arn] },
            targetGroups: [{ name: loadBalancer.blue.name }, { name: loadBalancer.green.name }],
          },
        },
        blueGreenDeploymentConfig: {
          deploymentReadyOption:
            args.approvalWaitMinutes === undefined
              ? { actionOnTimeout: "CONTINUE_DEPLOYMENT" }
              : { actionOnTimeout: "STOP_DEPLOYMENT", waitTimeInMinutes: args.approvalWaitMinutes },
          terminateBlueInstancesOnDeploymentSuccess: {
            action: "TERMINATE",
            terminationWaitTimeInMinutes: args.terminationWaitMinutes,
          },
        },
        autoRollbackConfiguration: {
          enabled: true,
          events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
        },
        ...(args.notifications ? { triggerConfigurations: args.notifications.triggers } : {}),
        ...(alarmNames.length > 0
          ? { alarmConfiguration: { enabled: true, alarms: alarmNames, ignorePollAlarmFailure: false } }
          : {}),
      },
      // CodeDeploy uses the role as it creates the group: it puts both target groups on the production listener.
      { parent: this, dependsOn: grants },
    );
    this.registerOutputs();
  }

  get testHook(): TestHookTerms {
    return {
      invoker: this.role,
      statements: [
        {
          // None of these has a resource level. Source: service authorization reference, CodeDeploy.
          actions: [
            "codedeploy:ListDeploymentTargets",
            "codedeploy:BatchGetDeploymentTargets",
            "codedeploy:PutLifecycleEventHookExecutionStatus",
            // Nor has Describe of Elastic Load Balancing.
            ...(this.args.rules ? ["elasticloadbalancing:DescribeRules"] : []),
          ],
          resources: ["*"],
        },
      ],
      environment: this.args.rules ? { TEST_LISTENER_RULE_ARN: this.args.rules.test.arn } : {},
    };
  }

  /** appspec.yaml. */
  instructions(hook: aws.lambda.Function | undefined): pulumi.Output<string> {
    const { network, securityGroup, containerName, containerPort, capacityProviders } = this.args;
    return pulumi
      .all([network.privateSubnetIds, securityGroup.id, hook?.name])
      .apply(([subnetIds, securityGroupId, functionName]) =>
        renderAppSpec({
          containerName,
          containerPort,
          subnetIds,
          securityGroupIds: [securityGroupId],
          assignPublicIp: false,
          capacityProviders,
          // Before the shift, while a verdict can still protect production.
          hooks: functionName === undefined ? {} : { AfterAllowTestTraffic: functionName },
        }),
      );
  }

  /** CodePipeline's own action. Source: CodePipeline user guide, action-reference-ECSbluegreen. */
  deployStep(_: string, { templateArtifact, ownTemplate }: DeployStepArgs): DeployStep {
    return {
      action: {
        name: "BlueGreen",
        category: "Deploy",
        owner: "AWS",
        provider: "CodeDeployToECS",
        version: "1",
        inputArtifacts: [templateArtifact, imageArtifact],
        configuration: {
          ApplicationName: this.application.name,
          DeploymentGroupName: this.deploymentGroup.deploymentGroupName,
          TaskDefinitionTemplateArtifact: templateArtifact,
          TaskDefinitionTemplatePath: taskDefinitionFile,
          AppSpecTemplateArtifact: templateArtifact,
          AppSpecTemplatePath: appSpecFile,
          Image1ArtifactName: imageArtifact,
          Image1ContainerName: imagePlaceholder.slice(1, -1),
        },
      },
      statements: pipelineStatements(this.args, this.application, this.deploymentGroup, ownTemplate),
    };
  }
}
