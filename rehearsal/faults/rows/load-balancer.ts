import assert from "node:assert/strict";
import { Agent, request } from "undici";
import type { Recorder } from "../../graph/recorder";
import type { Fault } from "../fault";
import type { Stage } from "../stage";

const prefix = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/web/50dc6c495c0c9188";
const listenerArns = {
  productionListenerArn: `${prefix}/f2f7dc8efc522ab2`,
  testListenerArn: `${prefix}/0467ef3c8400ae65`,
};
/** A stack whose service is on shared listeners, which are in a network that is there. */
export const onSharedListeners = {
  "greenlight:vpcId": "vpc-0123456789abcdef0",
  "greenlight:publicSubnetIds": JSON.stringify(["subnet-0123456789abcde01", "subnet-0123456789abcde02"]),
  "greenlight:privateSubnetIds": JSON.stringify(["subnet-0123456789abcde03", "subnet-0123456789abcde04"]),
  "greenlight:sharedLoadBalancer": JSON.stringify({ ...listenerArns, hosts: ["shop.example.com"], priority: 200 }),
};

/** Another service's rule, before ours, on both listeners. */
function addNeighbour({ resources }: Recorder): void {
  const ours = resources.filter(({ type }) => type === "aws:lb/listenerRule:ListenerRule");
  const fixedResponse = { contentType: "text/plain", statusCode: "200", messageBody: "neighbour" };
  for (const rule of ours) {
    const arn = `${String(rule.outputs.arn)}-neighbour`;
    const outputs = {
      arn,
      listenerArn: rule.outputs.listenerArn,
      priority: 100,
      conditions: [{ pathPattern: { values: ["/neighbour/*"] } }],
      actions: [{ type: "fixed-response", fixedResponse }],
    };
    resources.push({ ...rule, name: "neighbour", outputs });
  }
}

async function askNeighbour({ rehearsal }: Stage, url: string): Promise<void> {
  const dispatcher = new Agent({ connect: rehearsal.traffic.client });
  const { body } = await request(new URL("/neighbour/", url), { dispatcher });
  assert.equal(await body.text(), "neighbour");
  await dispatcher.destroy();
}

const answersEverything = [
  { name: "fresh", path: "/" },
  { name: "keepAlive", path: "/" },
  { name: "pipelined", path: "/" },
  { name: "long", path: "/slow?ms=400" },
  { name: "streaming", path: "/stream?chunks=5&ms=80" },
  { name: "download", path: "/download?bytes=300000" },
  { name: "upload", path: "/", bodyBytes: 300_000 },
  { name: "hangUp", path: "/slow?ms=3000", openMs: 100 },
  { name: "webSocket", path: "/", openMs: 300 },
] as const;

/** What the load balancer is, and has under way, as traffic shifts. */
export const loadBalancer: readonly Fault[] = [
  {
    name: "connections",
    fault: "every kind of connection is open as traffic shifts",
    mix: answersEverything,
    expected: { endState: "released", noticed: { by: "elb", saying: /v1-1 deregistered/ } },
    run: (stage) => stage.release(),
  },
  {
    name: "neighbour",
    fault: "the service shares its load balancer, whose listeners have another service's rule",
    settings: onSharedListeners,
    alterGraph: addNeighbour,
    expected: { endState: "released", noticed: { by: "elb", saying: /listener 8080, rule 200 → \S+-green-\S+ 100 %/ } },
    ecsSaying: /listener 8080, rule 200 → \S+-blue-\S+ 100 %/,
    run: async (stage) => {
      const { productionUrl, testUrl } = stage.rehearsal.traffic;
      const asked: Promise<void>[] = [];
      stage.when(`${stage.steps.shift} succeeded`, () => asked.push(askNeighbour(stage, productionUrl)));
      stage.when(`${stage.steps.shiftTest} succeeded`, () => asked.push(askNeighbour(stage, testUrl)));
      await stage.release();
      assert.equal((await Promise.all(asked)).length, 2);
      await askNeighbour(stage, productionUrl);
    },
  },
  {
    name: "sticky",
    fault: "the target groups keep clients with their tasks",
    settings: { "greenlight:stickiness": JSON.stringify({ seconds: 86_400 }), "greenlight:desiredCount": "2" },
    expected: { endState: "released", noticed: { by: "elb", saying: /listener 8080 → \S+-green-\S+ 100 %/ } },
    ecsSaying: /listener 8080, rule 50000 → \S+-blue-\S+ 100 %/,
    run: (stage) => stage.release(),
  },
];
