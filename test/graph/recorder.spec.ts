import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { evaluate } from "../../rehearsal/graph/evaluate";

const options = { project: "shop", stack: "dev" };
const trust = { assumeRolePolicy: "{}" };

class Part extends pulumi.ComponentResource {
  readonly role: aws.iam.Role;
  constructor(name: string) {
    super("shop:index:Part", name);
    this.role = new aws.iam.Role(name, trust, { parent: this });
    this.registerOutputs({ arn: this.role.arn });
  }
}

describe("the recorder", () => {
  it("records inputs, options and what AWS adds", async () => {
    const { recorder } = await evaluate(options, () => {
      const first = new aws.iam.Role("first", trust);
      const second = new aws.iam.Role(
        "second",
        { ...trust, description: pulumi.interpolate`after ${first.arn}`, path: pulumi.secret("/hidden/") },
        { ignoreChanges: ["path"], protect: true, retainOnDelete: true, dependsOn: [first] },
      );
      return { arn: second.arn };
    });
    const first = recorder.find("aws:iam/role:Role", "first");
    const second = recorder.find("aws:iam/role:Role", "second");
    assert.match(first.id, /^first-[0-9a-f]{7}$/);
    assert.equal(first.outputs.arn, `arn:aws:iam::123456789012:role/${first.id}`);
    assert.deepEqual(second.inputs, {
      ...trust,
      description: `after ${String(first.outputs.arn)}`,
      path: "/hidden/",
    });
    assert.deepEqual(second.secretInputs, ["path"]);
    assert.deepEqual(second.ignoreChanges, ["path"]);
    assert.deepEqual(second.dependencies, [first.urn]);
    assert.deepEqual([second.custom, second.protect, second.retainOnDelete], [true, true, true]);
    assert.deepEqual([first.protect, first.retainOnDelete, first.ignoreChanges], [false, false, []]);
  });

  it("records components, and what belongs to them", async () => {
    const { recorder } = await evaluate(options, () => ({ arn: new Part("part").role.arn }));
    const part = recorder.find("shop:index:Part");
    assert.equal(part.custom, false);
    assert.equal(recorder.find("aws:iam/role:Role").parent, part.urn);
    assert.equal(part.parent, recorder.find("pulumi:pulumi:Stack").urn);
  });

  it("finds a resource by the end of its name, and tells what there is where it finds none or several", async () => {
    const { recorder } = await evaluate(options, () => {
      for (const name of ["a-one", "b-one", "b-two"]) new aws.iam.Role(name, trust);
      return {};
    });
    assert.equal(recorder.find("aws:iam/role:Role", "-two").name, "b-two");
    assert.equal(recorder.all("aws:iam/role:Role").length, 3);
    assert.throws(
      () => recorder.find("aws:iam/role:Role", "-one"),
      /expected one .*"\*-one", found 2; there are: a-one, /,
    );
    assert.throws(() => recorder.find("aws:sqs/queue:Queue"), /found 0; there are: none/);
  });

  it("gives the same identifiers in every run, and others to another name", async () => {
    const ids = async (name: string) =>
      (await evaluate(options, () => ({ id: new aws.iam.Role(name, trust).id }))).outputs.id;
    assert.equal(await ids("one"), await ids("one"));
    assert.notEqual(await ids("one"), await ids("other"));
  });

  it("knows nothing of what AWS adds in a preview", async () => {
    const { recorder } = await evaluate({ ...options, preview: true }, () => {
      const role = new aws.iam.Role("role", trust);
      new aws.iam.RolePolicy("policy", { role: role.id, policy: role.arn.apply(() => assert.fail("ran")) });
      return { arn: role.arn };
    });
    const { inputs } = recorder.find("aws:iam/rolePolicy:RolePolicy");
    assert.ok(pulumi.isUnknown(inputs.role) && pulumi.isUnknown(inputs.policy));
  });
});
