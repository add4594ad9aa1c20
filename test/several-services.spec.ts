import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  BlueGreenEcsService,
  type BlueGreenEcsServiceArgs,
  DeployPipeline,
  GreenTestHook,
  ImageRepository,
  Notifications,
  VpcEndpoints,
} from "../components";
import { evaluate } from "../rehearsal/graph/evaluate";
import { Recorder } from "../rehearsal/graph/recorder";
import { type Actor, type Call, each, key } from "./iam/actor";
import { actorsOf } from "./iam/actors";
import { forbidden } from "./iam/forbidden";
import { isAllowed } from "./iam/simulate";
import { Stack } from "./iam/stack";
import { type Graph, type GraphResource, its, refusal } from "./support/graph";

const file = join(__dirname, "fixtures/several-services.ts");
const guide = join(__dirname, "../docs/several-services.md");
const listeners = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/web/50dc6c495c0c9188";
const clusterArn = "arn:aws:ecs:eu-central-1:123456789012:cluster/web";

/** Where two services may live together: what each is given. */
const places: Readonly<Record<string, (web: BlueGreenEcsService | undefined) => Place>> = {
  "a load balancer of the first's": (web) => (web ? { ...cluster(web), ...behind(ofFirst(web), "/api/*", 10) } : {}),
  "a load balancer of the first's, and ECS": (web) =>
    web ? { ...cluster(web), ...behind(ofFirst(web), "/api/*", 10), controller: "ECS" } : { controller: "ECS" },
  "a load balancer of the first's, which ECS deploys, and CodeDeploy the second": (web) =>
    web ? { ...cluster(web), ...behind(ofFirst(web), "/api/*", 10) } : { controller: "ECS" },
  "a load balancer that is there": (web) => ({ clusterArn, ...behind(given, web ? "/api/*" : "/*", web ? 10 : 20) }),
  "a load balancer that is there, and ECS with headers": (web) => ({
    clusterArn,
    controller: "ECS",
    testHeader: { name: "X-Test", value: web ? "api-s3cret" : "web-s3cret" },
    ...behind({ productionListenerArn: given.productionListenerArn }, web ? "/api/*" : "/*", web ? 10 : 20),
  }),
};

type Place = Partial<BlueGreenEcsServiceArgs>;
const given = {
  productionListenerArn: `${listeners}/f2f7dc8efc522ab2`,
  testListenerArn: `${listeners}/0467ef3c8400ae65`,
};

function ofFirst({ loadBalancer: { productionListener, test } }: BlueGreenEcsService) {
  return { productionListenerArn: productionListener.arn, testListenerArn: test.listener.arn };
}

function cluster(web: BlueGreenEcsService): Place {
  return { clusterArn: web.cluster.arn };
}

function behind(shared: object, path: string, priority: number): Place {
  return { sharedLoadBalancer: { ...given, testListenerArn: undefined, ...shared, paths: [path], priority } };
}

describe("two services in one program", () => {
  for (const [title, place] of Object.entries(places)) {
    describe(`behind ${title}`, () => {
      let graph: Graph;
      before(async () => {
        graph = await evaluate({ project: "shop", stack: "prod" }, () => {
          program(place);
          return {};
        });
      });

      it("keep their artifacts in buckets of their own, so that no build reads the other's", () => {
        const pipelines = graph.recorder.all("aws:codepipeline/pipeline:Pipeline");
        const buckets = pipelines.map(({ inputs }) => (inputs.artifactStores as { location: string }[])[0]!.location);
        assert.equal(pipelines.length, 2);
        assert.equal(new Set(buckets).size, 2);
      });

      it("share no name, in Pulumi or in AWS", () => {
        const made = graph.recorder.resources.filter(isMade);
        assert.deepEqual(repeated(graph.recorder.resources.map(({ urn }) => urn)), []);
        const named = ["name", "bucket", "family", "deploymentGroupName"].flatMap((property) =>
          made.flatMap(({ type, inputs, outputs }) =>
            property in outputs && !("rule" in inputs) ? `${type} ${property} ${String(outputs[property])}` : [],
          ),
        );
        assert.deepEqual(repeated(named), []);
      });

      it("have rules of their own on the listeners, each at a priority of its own", () => {
        const rules = graph.recorder.all("aws:lb/listenerRule:ListenerRule").map(({ inputs }) => inputs);
        assert.ok(rules.length > 0);
        assert.deepEqual(
          repeated(rules.map(({ listenerArn, priority }) => `${String(listenerArn)} ${String(priority)}`)),
          [],
        );
      });

      it("open each security group to each other one once, as AWS takes it", () => {
        for (const type of ["Ingress", "Egress"]) {
          const rules = graph.recorder.all(`aws:vpc/securityGroup${type}Rule:SecurityGroup${type}Rule`);
          const opened = rules.map(({ inputs: it }) =>
            [
              it.securityGroupId,
              it.referencedSecurityGroupId ?? it.cidrIpv4,
              it.ipProtocol,
              it.fromPort,
              it.toPort,
            ].join(" "),
          );
          assert.deepEqual(repeated(opened), []);
          assert.ok(opened.length > 0);
        }
      });

      it("admit to each one's tasks nobody but the load balancer that both are behind", () => {
        const [balancer] = graph.recorder.all("aws:lb/loadBalancer:LoadBalancer");
        const [group] = balancer!.outputs.securityGroups as string[];
        for (const name of ["web", "api"]) {
          const tasks = graph.recorder.find("aws:ec2/securityGroup:SecurityGroup", `${name}-task`).id;
          const rules = graph.recorder.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
          const peers = rules.filter(({ inputs }) => inputs.securityGroupId === tasks);
          assert.deepEqual(
            peers.map(({ inputs }) => inputs.referencedSecurityGroupId),
            [group],
            name,
          );
        }
      });

      it("may each do all that its own releases need, and nothing to the other", async () => {
        const [web, api] = [view(graph, "web"), view(graph, "api")];
        for (const own of [web, api]) {
          assert.deepEqual(await failing(own, (actor) => each(actor.calls(own)), true), []);
          assert.deepEqual(await failing(own, (actor) => forbidden(actor, own), false), []);
        }
        assert.deepEqual(await failing(web, () => foreign(api, web), false), []);
        assert.deepEqual(await failing(api, () => foreign(web, api), false), []);
        assert.ok(foreign(api, web).length > 30);
      });
    });
  }
});

describe("what two services in one program cannot share", () => {
  it("is an object of notifications, whose topic admits the first's publishers alone", async () => {
    const { error } = await refusal({}, () => {
      const notifications = new Notifications("all");
      program(() => ({ clusterArn, ...behind(given, "/*", 20) }), { notifications });
    });
    assert.equal(error?.subject, 'DeployPipeline "api"');
    assert.match(error.message, /notifications: tell of another pipeline already; give each its own/);
  });
});

describe("a network without NAT that two services share", () => {
  it("has one set of endpoints, which let each one's roles do their own calls", async () => {
    const routeTableIds = ["rtb-1"];
    const graph = await evaluate({ project: "shop", stack: "prod" }, () => {
      const { services, hooks, network } = program((web) => ({
        clusterArn,
        ...behind(given, web ? "/api/*" : "/*", web ? 10 : 20),
      }));
      new VpcEndpoints("shop", { network: { ...network, routeTableIds }, services, hooks });
      return {};
    });
    const endpoints = graph.recorder.all("aws:ec2/vpcEndpoint:VpcEndpoint");
    assert.deepEqual(repeated(endpoints.map(({ inputs }) => String(inputs.serviceName))), []);
    const admitted = graph.recorder
      .all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
      .filter(({ name }) => name.startsWith("shop-endpoints-"));
    assert.deepEqual(admitted.map(({ inputs }) => inputs.description).sort(), [
      "api-tasks",
      "api-test",
      "web-tasks",
      "web-test",
    ]);
    const logs = JSON.parse(String(graph.recorder.find("aws:ec2/vpcEndpoint:VpcEndpoint", "-logs").inputs.policy)) as {
      Statement: { Resource: string[]; Condition: { ArnEquals: Record<string, string> } }[];
    };
    assert.deepEqual(
      logs.Statement.map(({ Condition, Resource }) => [Condition.ArnEquals["aws:PrincipalArn"], Resource]),
      ["web", "api"].map((name) => [
        its(graph, "aws:iam/role:Role", `${name}-execution`, "arn"),
        [
          `${graph.recorder.all("aws:cloudwatch/logGroup:LogGroup").find((group) => group.name === name)!.outputs.arn as string}:log-stream:*`,
        ],
      ]),
    );
  });
});

describe("the guide to several services", () => {
  it("shows the program that is compiled and evaluated here", () => {
    const [, shown] = /```ts\n([\s\S]*?)```/.exec(readFileSync(guide, "utf8"))!;
    assert.equal(shown, readFileSync(file, "utf8").replace('"../../components"', '"./components"'));
  });

  it("has its program give the second service the other requests than the first, at its address", async () => {
    const graph = await evaluate({ project: "shop", stack: "prod" }, () => {
      delete require.cache[require.resolve(file)];
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      return require(file) as Record<string, unknown>;
    });
    const { webUrl, apiUrl } = graph.outputs as Record<string, string>;
    assert.equal(apiUrl, `${webUrl}/api/`);
    const made = (type: string) =>
      graph.recorder
        .all(type)
        .filter(isMade)
        .map(({ name }) => name);
    assert.deepEqual(made("aws:lb/loadBalancer:LoadBalancer"), ["web"]);
    assert.deepEqual(made("aws:ecs/cluster:Cluster"), ["web"]);
    assert.deepEqual(made("aws:codeconnections/connection:Connection"), ["web"]);
    assert.deepEqual(made("aws:codepipeline/pipeline:Pipeline").sort(), ["api", "web"]);
  });
});

function program(place: (web?: BlueGreenEcsService) => Place, besides: { notifications?: Notifications } = {}) {
  const network = { vpcId: "vpc-1", publicSubnetIds: ["subnet-1", "subnet-2"], privateSubnetIds: ["subnet-3"] };
  const released = (name: string, args: Place, path: string) => {
    const repository = new ImageRepository(name);
    const repositoryArn = repository.repository.arn;
    const service = new BlueGreenEcsService(name, { network, image: "app:1", repositoryArn, ...args });
    const hook = new GreenTestHook(`${name}-test`, { service, checks: [{ path }] });
    new DeployPipeline(name, { service, repository, hook, githubRepository: "example-org/shop", ...besides });
    return { service, hook };
  };
  const web = released("web", place(undefined), "/");
  const api = released("api", place(web.service), "/api/health");
  return { network, services: [web.service, api.service], hooks: [web.hook, api.hook] };
}

/** One of the services, as a stack of its own. */
function view(graph: Graph, service: string): Stack {
  const own = graph.recorder.resources.filter(({ name }) => name === service || name.startsWith(`${service}-`));
  const recorder = Object.assign(Object.create(Recorder.prototype) as Recorder, { resources: own });
  return new Stack(service, { ...graph, recorder });
}

/** What one service's actors do, and the other's do not. */
function foreign(theirs: Stack, ours: Stack): Call[] {
  const calls = (stack: Stack) => actorsOf(stack).flatMap((it) => each(it.calls(stack)));
  const own = new Set(calls(ours).map(key));
  return calls(theirs).filter((call) => call.resource !== "*" && !own.has(key(call)));
}

async function failing(stack: Stack, calls: (actor: Actor) => readonly Call[], wanted: boolean): Promise<string[]> {
  const wrong = new Set<string>();
  for (const actor of actorsOf(stack)) {
    for (const call of calls(actor)) {
      if ((await isAllowed(actor, call, stack)) !== wanted) wrong.add(`${stack.name}: ${actor.name}: ${key(call)}`);
    }
  }
  return [...wrong];
}

/** What is only read has no inputs. */
function isMade({ custom, inputs }: GraphResource): boolean {
  return custom && Object.keys(inputs).length > 0;
}

function repeated(all: readonly string[]): string[] {
  return all.filter((it, index) => all.indexOf(it) !== index);
}
