import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..");

/**
 * What the AWS provider calls in a preview for each thing that the program asks it for. The engine performs the program's reads and
 * functions in a preview, too. Source: the provider's code for each of them, terraform-provider-aws.
 */
const callsOf: Readonly<Record<string, readonly string[]>> = {
  "aws.getRegionOutput": [],
  "aws.getCallerIdentityOutput": ["sts:GetCallerIdentity"],
  "aws.ecr.getAuthorizationTokenOutput": ["ecr:GetAuthorizationToken"],
  "aws.acm.Certificate.get": ["acm:DescribeCertificate", "acm:ListTagsForCertificate"],
  "aws.ecs.Cluster.get": ["ecs:DescribeClusters"],
  "aws.lb.Listener.get": [
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeListenerAttributes",
    "elasticloadbalancing:DescribeTags",
  ],
  "aws.lb.LoadBalancer.get": [
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeTags",
  ],
};

interface Policy {
  readonly Statement: readonly { readonly Sid?: string; readonly Action: string | readonly string[] }[];
}

const guide = readFileSync(join(root, "docs", "ci.md"), "utf8");
const [trust, preview] = [...guide.matchAll(/```json\n([^]*?)```/g)].map(([, text]) => JSON.parse(text!) as Policy);

/** Every read and function of the AWS provider in the program's code. */
function asked(): string[] {
  const folders = ["components", "settings"].map((folder) => join(root, folder));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((file) => join(folder, String(file))),
  );
  const code = [join(root, "index.ts"), ...files]
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  return [...new Set(code.match(/\baws(\.\w+)*\.(get\w+Output|[A-Z]\w+\.get)(?=\()/g))].sort();
}

describe("the preview role of the CI guide", () => {
  it("knows everything that the program asks AWS for in a preview", () => {
    assert.deepEqual(asked(), Object.keys(callsOf).sort());
  });

  it("may make each of these calls, and no other but those for state, secrets and zones", () => {
    const allowed = preview!.Statement.flatMap(({ Sid, Action }) =>
      ["State", "StateList", "Secrets"].includes(Sid!) ? [] : Action,
    );
    // awsx divides a new network by the region's zones. The token is only asked for while an image is built.
    const needed = new Set([...Object.values(callsOf).flat(), "ec2:DescribeAvailabilityZones"]);
    needed.delete("ecr:GetAuthorizationToken");
    assert.deepEqual(allowed.sort(), [...needed].sort());
    assert.match(guide, /Add `ecr:GetAuthorizationToken`/);
  });

  it("is not the deploy role, which works from main alone", () => {
    assert.match(JSON.stringify(trust), /"token.actions.githubusercontent.com:ref":"refs\/heads\/main"/);
    assert.match(JSON.stringify(trust), /environment:dev"/);
    assert.doesNotMatch(JSON.stringify(preview), /ReadOnlyAccess|\*:/);
  });
});
