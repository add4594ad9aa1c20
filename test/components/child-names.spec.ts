import assert from "node:assert/strict";
import { BlueGreenEcsService, createNetwork, GreenTestHook, type BlueGreenEcsServiceArgs } from "../../components";
import { refusal } from "../support/graph";

type Args = Partial<BlueGreenEcsServiceArgs>;

const repositoryArn = "arn:aws:ecr:eu-central-1:123456789012:repository/shop";
const https = { domainName: "shop.example.com", zoneId: "Z0123456789ABC" };

describe("two components of one program", () => {
  function services(given: Readonly<Record<string, Args>>) {
    return refusal({}, () => {
      const network = createNetwork("net");
      for (const [name, args] of Object.entries(given))
        new BlueGreenEcsService(name, { network, image: "nginx:1", repositoryArn, ...args });
    });
  }

  const collisions: readonly [title: string, child: string, suffix: string, args: Args][] = [
    ["that collects metrics", "log group", "metrics", { openTelemetry: {} }],
    ["whose commands are logged", "log group", "exec", { executeCommand: true }],
    ["with a certificate of its own", "DNS record", "validation", { https }],
  ];
  for (const [title, child, suffix, args] of collisions) {
    const [one, other] = ["shop", `shop-${suffix}`];
    const rest = suffix === "validation" ? { https } : {};
    for (const given of [
      { [one]: args, [other]: rest },
      { [other]: rest, [one]: args },
    ]) {
      const [first, second] = Object.keys(given);
      it(`are refused where a service ${title} has the other's name for its ${child}: ${first}, then ${second}`, async () => {
        const { error } = await services(given);
        const owners = `BlueGreenEcsService "${first}" and to BlueGreenEcsService "${second}"`;
        const message = `the ${child} "${other}" would belong to ${owners}. Rename the one that is not live yet.`;
        assert.deepEqual(error?.problems, [{ path: "name", message }]);
      });
    }
    it(`have such names where no ${child} is shared: shop-${suffix}`, async () => {
      assert.equal((await services({ shop: {}, [other]: rest })).error, undefined);
    });
  }

  it("are refused where a test hook has another's name for its role policy", async () => {
    const { error } = await refusal({}, () => {
      const network = createNetwork("net");
      const service = new BlueGreenEcsService("shop", { network, image: "nginx:1", repositoryArn });
      for (const name of ["shop-test", "shop-test-invoke"]) new GreenTestHook(name, { service });
    });
    assert.match(
      error?.message ?? "",
      /role policy "shop-test-invoke" would belong to GreenTestHook "shop-test" and to/,
    );
  });
});
