type Values = Readonly<Record<string, unknown>>;
type Existing = (arn: string, expected: Values) => Values;

/** What AWS tells of things that are there already, by ARN, where they are not as such things are. */
export type ExistingThings = Readonly<Record<string, Values>>;

/**
 * What AWS would tell of each type of thing that a program only names, by ARN. Nothing is known of it here, so it is as such
 * things are, and as the program expects it.
 */
const existingOf: Readonly<Record<string, Existing>> = {
  "aws:acm/certificate:Certificate": (arn, { domainName }) => ({
    arn,
    domainName,
    subjectAlternativeNames: [domainName],
    status: "ISSUED",
    notAfter: "2099-12-31T23:59:59Z",
  }),
  "aws:ecs/cluster:Cluster": (arn) => ({ arn, name: arn.split("/").at(-1) }),
  "aws:lb/listener:Listener": (arn, expected) => ({
    ...expected,
    arn,
    loadBalancerArn: arn.replace(":listener/", ":loadbalancer/").replace(/\/[^/]*$/, ""),
    // What its owner answers to requests that no rule is for.
    defaultActions: [{ type: "fixed-response", fixedResponse: { contentType: "text/plain", statusCode: "404" } }],
  }),
  "aws:lb/loadBalancer:LoadBalancer": (arn) => {
    const [, region, , arnSuffix = ""] = /elasticloadbalancing:([^:]*):([^:]*):loadbalancer\/(.*)$/.exec(arn) ?? [];
    const [, name, id = ""] = arnSuffix.split("/");
    return {
      arn,
      arnSuffix,
      name,
      dnsName: `${name}-1234567890.${region}.elb.amazonaws.com`,
      zoneId: "Z215JYRZR1TBD5",
      securityGroups: [`sg-${id}`],
    };
  },
};

/** Throws for a type that is not described here. */
export function existingOutputs(
  type: string,
  arn: string,
  expected: Values,
  existing: ExistingThings = {},
): Record<string, unknown> {
  const outputs = existingOf[type];
  if (outputs) return { ...outputs(arn, expected), ...existing[arn] };
  throw new Error(`${type} is not described in rehearsal/graph/existing.ts; add what AWS tells of one that is there`);
}
