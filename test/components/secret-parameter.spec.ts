import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { BlueGreenEcsService, GreenTestHook, SecretParameter } from "../../components";
import { evaluate } from "../../rehearsal/graph/evaluate";
import { codeFiles, devGraph, type Graph, its, nativeGraph, prodGraph, refusal, statements } from "../support/graph";
import { existingNetwork } from "../support/existing-network";

const parameterType = "aws:ssm/parameter:Parameter";
const testHeader = { name: "X-Test", value: "open-sesame" };
const native = { controller: "ECS", testHeader };

describe("the secret parameter", () => {
  it("holds the test header, as a SecureString that Pulumi encrypts", async () => {
    const { inputs, shownInputs } = (await devGraph(native)).recorder.find(parameterType);
    assert.deepEqual(inputs, {
      description: "What the release reads as it runs",
      type: "SecureString",
      tier: "Standard",
      value: JSON.stringify({ testHeader }),
    });
    assert.deepEqual(shownInputs, { ...inputs, value: "[secret]" });
  });

  it("is named to the hook, whose role may read it and no other", async () => {
    const graph = await devGraph(native);
    const { environment } = graph.recorder.find("aws:lambda/function:Function", "-dev-test").inputs;
    const { variables } = environment as { variables: Record<string, string> };
    assert.equal(variables.SECRETS_PARAMETER, its(graph, parameterType, "", "name"));
    const granted = statements(graph, "-dev-test").filter(({ Action }) => /ssm|kms/.test(Action.join()));
    const arn = its(graph, parameterType, "", "arn");
    assert.deepEqual(granted, [{ Effect: "Allow", Action: ["ssm:GetParameter"], Resource: [arn] }]);
    const others = policies(graph).filter(({ name, policy }) => !name.endsWith("-dev-test") && policy.includes(arn));
    assert.deepEqual(others, []);
  });

  it("is not there, nor any right to read one, where nothing is secret", async () => {
    for (const graph of [await devGraph(), await prodGraph(), await nativeGraph()]) {
      assert.deepEqual(graph.recorder.all(parameterType), []);
      assert.ok(!policies(graph).some(({ policy }) => policy.includes('ssm:GetParameter"')));
      const functions = graph.recorder.all("aws:lambda/function:Function").map(({ inputs }) => inputs.environment);
      assert.ok(!JSON.stringify(functions).includes("SECRETS_PARAMETER"));
    }
  });

  it("is read through an endpoint of its service in a network without NAT", async () => {
    const graph = await devGraph({ ...native, natGateways: "none", firstImage: ownImage });
    const { policy } = graph.recorder.find("aws:ec2/vpcEndpoint:VpcEndpoint", "-ssm").inputs;
    assert.match(policy as string, new RegExp(`"ssm:GetParameter".*${its(graph, parameterType, "", "arn")}`));
  });

  it("holds text in double braces, which Systems Manager takes for a reference, in another spelling", async () => {
    const value = "{{ssm:other}}";
    const { inputs } = (await parameter({ checks: [{ path: "/", body: value }] })).recorder.find(parameterType);
    assert.ok(!String(inputs.value).includes("{{"));
    assert.deepEqual(JSON.parse(inputs.value as string), { checks: [{ path: "/", body: value }] });
  });

  it("is an advanced one above 4 KB, and refused above 8 KB", async () => {
    const body = (length: number) => ({ checks: [{ path: "/", body: "é".repeat(length / 2) }] });
    const tier = async (length: number) => (await parameter(body(length))).recorder.find(parameterType).inputs.tier;
    assert.equal(await tier(4000), "Standard");
    assert.equal(await tier(4200), "Advanced");
    const { error, registered } = await refusal({}, () => new SecretParameter("shop", body(8300)));
    assert.match(
      error!.message,
      /checks: take 8\d{3} bytes as JSON; a parameter of Systems Manager holds 8192\. Shorten/,
    );
    assert.deepEqual(registered, []);
  });

  it("judges what is an output when it is known", async () => {
    const checks = pulumi.secret([{ path: "no-slash" }]);
    await assert.rejects(parameter({ checks }), /checks\[0\]\.path: is "no-slash"/);
    const { shownInputs } = (await parameter({ checks: pulumi.secret([{ path: "/" }]) })).recorder.find(parameterType);
    assert.equal((shownInputs as { value: string }).value, "[secret]");
  });
});

describe("a test hook in a program of its own", () => {
  it("has a parameter of its own for the test header of its service", async () => {
    const graph = await program((service) => new GreenTestHook("shop-test", { service }));
    const { name, inputs } = graph.recorder.find(parameterType);
    assert.equal(name, "shop-test-secrets");
    assert.deepEqual(JSON.parse(inputs.value as string), { testHeader });
    const files = await codeFiles(graph.recorder.find("aws:lambda/function:Function", "shop-test"));
    assert.deepEqual(JSON.parse(files["config.json"]!), { checks: [{ path: "/" }], waitSeconds: 300 });
  });

  it("takes checks as secrets, and leaves them out of its code", async () => {
    const checks = pulumi.secret([{ path: "/", headers: { authorization: "hush-hush" } }]);
    const graph = await program((service) => {
      const secretParameter = new SecretParameter("shop", { checks, testHeader });
      return new GreenTestHook("shop-test", { service, secretParameter });
    });
    const files = await codeFiles(graph.recorder.find("aws:lambda/function:Function", "shop-test"));
    assert.deepEqual(JSON.parse(files["config.json"]!), { waitSeconds: 300 });
    assert.equal(graph.recorder.all(parameterType).length, 1);
  });

  it("is refused checks in two places, and a parameter without the service's test header", async () => {
    const { paths } = await refusal({}, () => {
      const secretParameter = new SecretParameter("shop", { checks: [{ path: "/" }] });
      return new GreenTestHook("shop-test", { service: shop(), secretParameter, checks: [{ path: "/" }] });
    });
    assert.deepEqual(paths, ["checks", "secretParameter"]);
  });
});

const ownImage = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop:1";

function policies(graph: Graph): { name: string; policy: string }[] {
  const all = graph.recorder.all("aws:iam/rolePolicy:RolePolicy");
  return all.map(({ name, inputs }) => ({ name, policy: String(inputs.policy) }));
}

function parameter(args: ConstructorParameters<typeof SecretParameter>[1]): Promise<Graph> {
  return evaluate({ project: "shop", stack: "dev" }, () => ({ made: new SecretParameter("shop", args).parameter.arn }));
}

function program(make: (service: BlueGreenEcsService) => GreenTestHook): Promise<Graph> {
  const config = { "aws:region": "eu-central-1" };
  return evaluate({ project: "shop", stack: "dev", config }, () => ({ hook: make(shop()).function.arn }));
}

function shop(): BlueGreenEcsService {
  return new BlueGreenEcsService("shop", {
    network: existingNetwork,
    image: ownImage,
    repositoryArn: "arn:aws:ecr:eu-central-1:123456789012:repository/shop",
    controller: "ECS",
    testHeader,
  });
}
