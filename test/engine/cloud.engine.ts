import * as assert from "node:assert/strict";
import { Cloud, type Thing } from "./cloud/cloud";
import { inputProblems, replacing } from "./cloud/resource-types";
import type { Values } from "./cloud/values";

const service = "aws:ecs/service:Service";
const listener = "aws:lb/listener:Listener";
const loadBalancer = "aws:lb/loadBalancer:LoadBalancer";
const targetGroup = "aws:lb/targetGroup:TargetGroup";

describe("the cloud that stands in for AWS", () => {
  it("refuses a service whose target group hangs on no listener", () => {
    const { cloud, blue, serviceInputs } = account();
    cloud.delete(cloud.all(listener)[0]!);
    refuses(() => cloud.create(service, "web", serviceInputs(blue)), /does not have an associated load balancer/);
  });

  it("refuses to change a CODE_DEPLOY service's task definition, target group or network, and lets its count be changed", () => {
    const { cloud, blue, serviceInputs } = account();
    const web = cloud.create(service, "web", serviceInputs(blue));
    for (const property of ["taskDefinition", "loadBalancers", "networkConfiguration", "platformVersion"]) {
      refuses(() => cloud.update(web, web.properties, [property]), /CODE_DEPLOY deployment controller/);
    }
    cloud.update(web, { ...web.properties, desiredCount: 3 }, ["desiredCount"]);
    assert.equal(web.properties.desiredCount, 3);
  });

  it("refuses a revision with an execution role that is not there", () => {
    const { cloud } = account();
    const revision = { family: "web", executionRoleArn: "arn:aws:iam::123456789012:role/nobody", taskRoleArn: "" };
    refuses(() => cloud.create("aws:ecs/taskDefinition:TaskDefinition", "web", revision), /Role is not valid/);
  });

  it("refuses to delete what something else uses", () => {
    const { cloud, blue, serviceInputs } = account();
    cloud.create(service, "web", serviceInputs(blue));
    refuses(() => cloud.delete(blue), /in use by a listener/);
    for (const type of ["aws:ec2/securityGroup:SecurityGroup", "aws:ec2/subnet:Subnet", "aws:ec2/vpc:Vpc"]) {
      refuses(() => cloud.delete(cloud.all(type)[0]!), /DependencyViolation/);
    }
    refuses(() => cloud.delete(cloud.all("aws:ecs/cluster:Cluster")[0]!), /Services are active/);
  });

  it("refuses to delete a load balancer under deletion protection", () => {
    const { cloud } = account();
    const [it] = cloud.all(loadBalancer);
    it!.properties.enableDeletionProtection = true;
    refuses(() => cloud.delete(it!), /deletion protection is enabled/);
  });

  it("refuses a name twice, and a tag twice where tags are immutable", () => {
    const cloud = new Cloud();
    const inputs = { name: "web", imageTagMutability: "IMMUTABLE" };
    const { properties } = cloud.create("aws:ecr/repository:Repository", "web", inputs);
    refuses(() => cloud.create("aws:ecr/repository:Repository", "web", inputs), /already exists/);
    cloud.push(String(properties.repositoryUrl), "first");
    refuses(() => cloud.push(String(properties.repositoryUrl), "first"), /immutable/);
  });

  it("refuses logs, notifications, schedules and records that nobody has made room for, and a second endpoint of a service", () => {
    const { cloud } = account();
    const [{ properties: balancer }] = cloud.all(loadBalancer) as [Thing];
    const logged = { ...balancer, name: "logged", accessLogs: { enabled: true, bucket: "logs" } };
    refuses(() => cloud.create(loadBalancer, "logged", logged), /Access Denied for bucket/);
    const key = cloud.create("aws:kms/key:Key", "topic", {}).properties.arn;
    const topic = cloud.create("aws:sns/topic:Topic", "topic", { name: "topic", kmsMasterKeyId: key }).properties.arn;
    const rule = { name: "rule", targets: [{ type: "SNS", address: topic }] };
    const notificationRule = "aws:codestarnotifications/notificationRule:NotificationRule";
    refuses(() => cloud.create(notificationRule, "rule", rule), /may not publish to the topic/);
    const schedule = { name: "night", resourceId: "service/web/web" };
    const scheduledAction = "aws:appautoscaling/scheduledAction:ScheduledAction";
    refuses(() => cloud.create(scheduledAction, "night", schedule), /No scalable target/);
    const record = { zoneId: "Z1", name: "web.example.com", type: "A" };
    const endpoint = { vpcId: "vpc-1", serviceName: "com.amazonaws.eu-central-1.logs", privateDnsEnabled: true };
    for (const [type, inputs, message] of [
      ["aws:route53/record:Record", record, /already exists/],
      ["aws:ec2/vpcEndpoint:VpcEndpoint", endpoint, /conflicting DNS domain/],
    ] as const) {
      cloud.create(type, "first", inputs);
      refuses(() => cloud.create(type, "second", inputs), message);
    }
  });

  it("refuses more than ten tags of an object, of which the provider's default tags are some unless it overrides them", () => {
    const cloud = new Cloud();
    const object = "aws:s3/bucketObjectv2:BucketObjectv2";
    cloud.create("aws:s3/bucket:Bucket", "templates", { bucket: "templates" });
    cloud.defaultTags = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`tag-${index}`, "1"]));
    const inputs = { bucket: "templates", key: "release-template.zip", contentBase64: "UEs=" };
    refuses(() => cloud.create(object, "template", inputs), /Object tags cannot be greater than 10/);
    cloud.create(object, "template", { ...inputs, overrideProvider: { defaultTags: { tags: {} } } });
  });

  it("refuses a value of an action's configuration that CodePipeline has no room for", () => {
    const approval = (CustomData: string) => ({
      roleArn: "arn:aws:iam::123456789012:role/pipeline",
      stages: [{ name: "Approval", actions: [{ name: "Approve", configuration: { CustomData } }] }],
    });
    const problems = (message: string) =>
      inputProblems("aws:codepipeline/pipeline:Pipeline", approval(message)).filter((it) => it.includes("CustomData"));
    assert.deepEqual(problems("a".repeat(1000)), []);
    assert.match(problems("a".repeat(1001)).join(), /expected at most 1000/);
  });

  it("judges inputs by AWS's own schemas", () => {
    const group = { name: "web", port: 70000, protocol: "HTTP", targetType: "ip", vpcId: "vpc-00000000000000001" };
    assert.match(inputProblems(targetGroup, group).join(), /Port.*65535/);
    const connection = { name: "a".repeat(33), providerType: "GitHub" };
    assert.match(inputProblems("aws:codeconnections/connection:Connection", connection).join(), /ConnectionName/);
    assert.match(inputProblems(targetGroup, { ...group, port: 80, targetType: "pod" }).join(), /TargetType.*pod/);
    assert.match(inputProblems("aws:iam/role:Role", { name: "web" }).join(), /AssumeRolePolicyDocument/);
  });

  it("replaces what AWS cannot change", () => {
    const group = { name: "web", port: 80, protocol: "HTTP", targetType: "ip", vpcId: "vpc-00000000000000001" };
    const changed = ["port", "healthCheck"];
    assert.deepEqual(replacing(targetGroup, { ...group, healthCheck: { path: "/" } }, changed), ["port"]);
  });
});

function refuses(act: () => void, message: RegExp): void {
  assert.throws(act, message);
}

/** A network, a load balancer whose listener forwards to blue, and all else that a service needs. */
function account(): { cloud: Cloud; blue: Thing; serviceInputs: (group: Thing) => Values } {
  const cloud = new Cloud();
  const vpcId = cloud.create("aws:ec2/vpc:Vpc", "web", {}).id;
  const subnets = ["a", "b"].map((zone) => cloud.create("aws:ec2/subnet:Subnet", zone, { vpcId }).id);
  const securityGroups = [cloud.create("aws:ec2/securityGroup:SecurityGroup", "web", { vpcId }).id];
  const role = cloud.create("aws:iam/role:Role", "web", { name: "web" }).properties.arn;
  const cluster = cloud.create("aws:ecs/cluster:Cluster", "web", { name: "web" }).properties.arn;
  const balancer = cloud.create(loadBalancer, "web", { name: "web", subnets, securityGroups });
  const blue = cloud.create(targetGroup, "blue", { name: "blue" });
  cloud.create(listener, "web", {
    loadBalancerArn: balancer.properties.arn,
    port: 80,
    defaultActions: [{ type: "forward", targetGroupArn: blue.properties.arn }],
  });
  const revision = { family: "web", executionRoleArn: role, taskRoleArn: role };
  const taskDefinition = cloud.create("aws:ecs/taskDefinition:TaskDefinition", "web", revision).properties.arn;
  const serviceInputs = (group: Thing) => ({
    name: "web",
    cluster,
    taskDefinition,
    deploymentController: { type: "CODE_DEPLOY" },
    networkConfiguration: { subnets, securityGroups },
    loadBalancers: [{ targetGroupArn: group.properties.arn, containerName: "web", containerPort: 80 }],
  });
  return { cloud, blue, serviceInputs };
}
