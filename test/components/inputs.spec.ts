import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import {
  BlueGreenEcsService,
  type BlueGreenEcsServiceArgs,
  createNetwork,
  DeployPipeline,
  type DeployPipelineArgs,
  ImageRepository,
  VpcEndpoints,
} from "../../components";
import { evaluate, type Graph } from "../../rehearsal/graph/evaluate";
import { statements } from "../support/graph";

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-central-1:123456789012:${resource}`;
const secretArn = arn("secretsmanager", "secret:shop/database-AbCdEf");
const parameterArn = arn("ssm", "parameter/shop/key");
const policyArn = "arn:aws:iam::123456789012:policy/orders";
const keyArn = arn("kms", "key/11111111-2222-3333-4444-555555555555");
const bus = arn("events", "event-bus/live-promotions");

type Options = { readonly preview?: boolean; readonly natGateways?: "none" };

/** A program of one service, whose arguments may be outputs of its own. */
function graphOf(
  service: () => Partial<BlueGreenEcsServiceArgs>,
  pipeline: () => Partial<DeployPipelineArgs> = () => ({}),
  { preview = false, natGateways }: Options = {},
): Promise<Graph> {
  return evaluate({ project: "shop", stack: "dev", preview }, () => {
    const network = createNetwork("shop", natGateways ? { natGateways } : {});
    const repository = new ImageRepository("shop");
    const image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop:1";
    const repositoryArn = repository.repository.arn;
    const made = new BlueGreenEcsService("shop", { network, image, repositoryArn, ...service() });
    const deploy = new DeployPipeline("shop", {
      service: made,
      repository,
      githubRepository: "acme/shop",
      ...pipeline(),
    });
    if (natGateways) new VpcEndpoints("shop", { network, services: [made] });
    return { released: deploy.released };
  });
}

/** Something that is known when its resource is there. */
const later = <T>(value: T) => new aws.sns.Topic(`later-${JSON.stringify(value).length}`).arn.apply(() => value);
const inputsOf = ({ recorder }: Graph) =>
  recorder.resources
    .filter(({ type }) => type !== "aws:sns/topic:Topic")
    .map(({ urn, inputs }) => ({ urn, inputs }))
    .sort((one, other) => (one.urn < other.urn ? -1 : 1));
const refusal = (error: Error, expected: RegExp) => expected.test(error.message);

describe("what is named in AWS may be the output of a resource", () => {
  const volume = { name: "uploads", containerPath: "/uploads" };
  const plain: Partial<BlueGreenEcsServiceArgs> = {
    secrets: { DATABASE: secretArn, KEY: parameterArn },
    secretKeyArns: [keyArn],
    logRouter: { options: { Name: "http" }, secretOptions: { token: parameterArn } },
    sidecars: [
      { name: "cache", image: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/c:1", secrets: { A: secretArn } },
    ],
    efsVolumes: [{ ...volume, fileSystemId: "fs-0123", accessPointId: "fsap-0123", securityGroupId: "sg-0123" }],
  };
  const outputs = (): Partial<BlueGreenEcsServiceArgs> => ({
    secrets: { DATABASE: later(secretArn), KEY: later(parameterArn) },
    secretKeyArns: [pulumi.output(keyArn)],
    logRouter: { options: { Name: "http" }, secretOptions: { token: pulumi.output(parameterArn) } },
    sidecars: [
      {
        name: "cache",
        image: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/c:1",
        secrets: { A: pulumi.output(secretArn) },
      },
    ],
    efsVolumes: [
      {
        ...volume,
        fileSystemId: pulumi.output("fs-0123"),
        accessPointId: pulumi.output("fsap-0123"),
        securityGroupId: pulumi.output("sg-0123"),
      },
    ],
  });

  it("and is the same as the value, for secrets, keys and file systems", async () => {
    const [given, known] = [await graphOf(() => plain), await graphOf(outputs)];
    const named = (graph: Graph) =>
      JSON.stringify(inputsOf(graph)).replaceAll("shop-task-uploads", "shop-task-sg-0123");
    assert.equal(named(known), named(given));
  });

  it("and is attached to the task's role, for policies", async () => {
    const { recorder } = await graphOf(() => {
      const policy = new aws.iam.RolePolicyAttachment("other", { role: "other", policyArn });
      return { taskPolicyArns: [policyArn, policy.policyArn.apply((it) => `${it}-more`)] };
    });
    const attached = recorder.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment").slice(-2);
    assert.deepEqual(
      attached.map(({ name, inputs }) => [name, inputs.policyArn]),
      [
        ["shop-task-123456789012-orders", policyArn],
        ["shop-task-policy-2", `${policyArn}-more`],
      ],
    );
  });

  it("and gives no right to a service that has no secret of it", async () => {
    const graph = await graphOf(() => ({ secrets: { KEY: pulumi.output(parameterArn) } }), undefined, {
      natGateways: "none",
    });
    const actions = statements(graph, "-execution").flatMap(({ Action }) => Action);
    assert.ok(actions.includes("ssm:GetParameters"));
    assert.ok(!actions.includes("secretsmanager:GetSecretValue"));
    const { policy } = graph.recorder.find("aws:ec2/vpcEndpoint:VpcEndpoint", "-secretsmanager").inputs;
    const [{ Effect, Resource }] = (JSON.parse(policy as string) as { Statement: [Record<string, unknown>] }).Statement;
    assert.deepEqual([Effect, Resource], ["Deny", ["*"]]);
  });

  it("and may be unknown in a preview, in which each resource is shown all the same", async () => {
    const make = (preview: boolean) =>
      graphOf(() => ({ ...outputs(), taskPolicyArns: [later(policyArn)] }), undefined, { preview });
    const urns = ({ recorder }: Graph) => recorder.resources.map(({ urn }) => urn).sort();
    assert.deepEqual(urns(await make(true)), urns(await make(false)));
  });

  it("and is refused as soon as it is known, where it is wrong", async () => {
    const wrong = pulumi.output("arn:aws:s3:::bucket");
    for (const [service, expected] of [
      [{ secrets: { KEY: wrong } }, /secrets\.KEY: /],
      [{ taskPolicyArns: [wrong] }, /taskPolicyArns\[0\]: /],
    ] as const)
      await assert.rejects(
        graphOf(() => service),
        (error: Error) => refusal(error, expected),
      );
  });
});

describe("a pipeline's output released", () => {
  const promotes = (from: DeployPipelineArgs["promoteFrom"]) => () => ({
    githubRepository: undefined,
    ...(from ? { promoteFrom: from } : {}),
  });

  it("is what another pipeline's promoteFrom takes, whole or field by field", async () => {
    const { outputs } = await graphOf(
      () => ({}),
      () => ({ promoteTo: [pulumi.output(bus), bus] }),
    );
    const released = outputs.released as { repositoryUri: string; bucket: string; keyArn: string };
    const given = inputsOf(await graphOf(() => ({}), promotes(released)));
    for (const from of [
      () => pulumi.output(released),
      () => ({ ...released, bucket: pulumi.output(released.bucket), keyArn: pulumi.output(released.keyArn) }),
    ])
      assert.deepEqual(
        inputsOf(
          await graphOf(
            () => ({}),
            () => promotes(from())(),
          ),
        ),
        given,
      );
  });

  it("fits by its type", () => {
    const fits = (pipeline: DeployPipeline): DeployPipelineArgs["promoteFrom"] => pipeline.released;
    assert.equal(typeof fits, "function");
  });

  it("may be unknown in a preview, and is judged when it is known", async () => {
    const unknown = () => promotes(later({ repositoryUri: "x", bucket: "y", keyArn }))();
    const { recorder } = await graphOf(() => ({}), unknown, { preview: true });
    assert.ok(recorder.find("aws:codepipeline/pipeline:Pipeline"));
    await assert.rejects(
      graphOf(() => ({}), unknown),
      (error: Error) => refusal(error, /promoteFrom\.repositoryUri: "x"/),
    );
  });
});
