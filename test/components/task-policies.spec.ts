import assert from "node:assert/strict";
import { devGraph, its, refusal, shortUrns } from "../support/graph";

const orders = "arn:aws:iam::123456789012:policy/shop/orders-table";
const readOnly = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
const attachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";

describe("the policies of what the app may do", () => {
  it("are attached to the tasks' role alone, before the first task starts", async () => {
    const { recorder, ...graph } = await devGraph({ taskPolicyArns: [orders, readOnly] });
    const attached = recorder.all(attachmentType).filter(({ name }) => name.startsWith("greenlight-dev-task"));
    const role = its({ recorder, ...graph }, "aws:iam/role:Role", "-task", "name");
    assert.deepEqual(
      attached.map(({ inputs }) => inputs),
      [orders, readOnly].map((policyArn) => ({ role, policyArn })),
    );
    const awaited = shortUrns(recorder.find("aws:ecs/service:Service").dependencies);
    for (const { urn } of attached) assert.ok(awaited.includes(shortUrns([urn])[0]!), urn);
  });

  it("may have the name of one of AWS's own beside it", async () => {
    const own = readOnly.replace("::aws:", "::123456789012:");
    const { recorder } = await devGraph({ taskPolicyArns: [readOnly, own] });
    const attached = recorder.all(attachmentType).map(({ inputs }) => inputs.policyArn);
    for (const policyArn of [readOnly, own]) assert.ok(attached.includes(policyArn), policyArn);
  });

  it("stay attached when they are named in another order", async () => {
    const urnsOf = async (taskPolicyArns: readonly string[]) =>
      (await devGraph({ taskPolicyArns })).recorder.all(attachmentType).map(({ urn }) => urn);
    assert.deepEqual((await urnsOf([orders, readOnly])).sort(), (await urnsOf([readOnly, orders])).sort());
  });

  it("are refused, all at once, where they are none, listed twice, or more than a role takes", async () => {
    const role = "arn:aws:iam::123456789012:role/orders";
    const { paths, registered } = await refusal({
      githubRepository: "example-org/example-app",
      taskPolicyArns: [role, orders, orders, ...Array.from({ length: 8 }, (_, index) => `${orders}-${index}`)],
    });
    assert.deepEqual(paths, ["taskPolicyArns[0]", "taskPolicyArns[2]", "taskPolicyArns"]);
    assert.deepEqual(registered, []);
  });
});
