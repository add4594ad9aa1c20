import assert from "node:assert/strict";
import { Turns } from "../../../rehearsal/load-balancer/turns";
import type { Target } from "../../../rehearsal/load-balancer/target";
import { Harness } from "./harness";

describe("turns", () => {
  const [old, young] = [{ name: "old" }, { name: "young" }];
  const taken = (share: number, turns: number) => {
    const round = new Turns<{ name: string }>();
    const all = Array.from({ length: turns }, () => round.next([old, young], (one) => (one === old ? 1 : share)));
    return all.filter((one) => one === young).length;
  };

  it("are everybody's in order at full shares", () => assert.equal(taken(1, 100), 50));

  it("come to who has a smaller share as often as that says", () => {
    // One of five: the old one takes four turns while the young one's shares add up to one.
    assert.equal(taken(0.25, 100), 20);
    assert.equal(taken(0, 100), 0);
  });

  it("are everybody's where nobody has a full share, and nobody's where there is nobody", () => {
    const round = new Turns<object>();
    assert.equal(
      round.next([young], () => 0),
      young,
    );
    assert.equal(
      round.next([], () => 1),
      undefined,
    );
  });
});

describe("a target group with slow start", () => {
  let harness: Harness;
  afterEach(() => harness.close());

  const start = async () => {
    harness = await new Harness({ slowStartSeconds: 900 }).listen();
    const add = () => harness.target(harness.blue, (_, response) => response.end());
    return { blue: harness.blue, add };
  };
  const shareOf = (target: Target) => {
    const requests = Array.from({ length: 200 }, () => harness.blue.next());
    return requests.filter((one) => one === target).length / requests.length;
  };

  it("gives its first target all requests at once", async () => {
    const { add } = await start();
    const first = await add();
    assert.equal(first.slowSinceAwsMs, undefined);
    assert.equal(shareOf(first), 1);
  });

  it("gives a target that comes later a smaller share, which grows to a full one", async () => {
    const { add } = await start();
    await add();
    const second = await add();
    const { clock } = harness;
    assert.ok(second.slowSinceAwsMs! <= clock.awsMs);
    // A quarter of the time is over, so it takes one of five turns.
    second.slowSinceAwsMs = clock.awsMs - 225_000;
    assert.equal(shareOf(second), 0.2);
    second.slowSinceAwsMs = clock.awsMs - 900_000;
    assert.equal(shareOf(second), 0.5);
  });
});
