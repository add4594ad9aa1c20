import assert from "node:assert/strict";
import {
  type Action,
  chooseTargetGroup,
  describeActions,
  redirect,
  routingAction,
  targetGroupWeights,
} from "../../../rehearsal/load-balancer/actions";
import { actionsFor, type ListenerRule } from "../../../rehearsal/load-balancer/rules";

describe("listener actions", () => {
  const weights = [
    { arn: "blue", weight: 90 },
    { arn: "green", weight: 10 },
  ];

  it("choose a target group by its share of the weights", () => {
    assert.equal(chooseTargetGroup(weights, 0), "blue");
    assert.equal(chooseTargetGroup(weights, 0.899), "blue");
    assert.equal(chooseTargetGroup(weights, 0.901), "green");
    assert.equal(chooseTargetGroup(weights, 0.999999), "green");
  });

  it("never choose a target group of weight 0", () => {
    const shifted = [
      { arn: "blue", weight: 0 },
      { arn: "green", weight: 100 },
      { arn: "other", weight: 0 },
    ];
    for (const random of [0, 0.5, 0.999999]) assert.equal(chooseTargetGroup(shifted, random), "green");
  });

  it("choose none when every weight is 0", () => {
    assert.equal(chooseTargetGroup([{ arn: "blue", weight: 0 }], 0), undefined);
    assert.equal(chooseTargetGroup([], 0.5), undefined);
  });

  it("read both shapes of a forward action, with 1 for a weight that is left out", () => {
    assert.deepEqual(targetGroupWeights({ type: "forward", targetGroupArn: "blue" }), [{ arn: "blue", weight: 1 }]);
    assert.deepEqual(targetGroupWeights({ type: "forward", forward: { targetGroups: [{ arn: "blue" }] } }), [
      { arn: "blue", weight: 1 },
    ]);
  });

  it("route by the last action", () => {
    const first = { type: "fixed-response", fixedResponse: { contentType: "text/plain" } } as const;
    const last = { type: "forward", targetGroupArn: "blue" } as const;
    assert.equal(routingAction([first, last]), last);
  });

  it("refuse what the rehearsal cannot perform", () => {
    assert.throws(() => routingAction([]), /at least one action/);
    assert.throws(() => routingAction([{ type: "authenticate-oidc" } as unknown as Action]), /authenticate-oidc/);
  });

  it("redirect with the parts of the request that they do not replace", () => {
    const action = {
      type: "redirect",
      redirect: { statusCode: "HTTP_301", port: "9090", path: "/new/#{path}" },
    } as const;
    const from = { protocol: "http", host: "app.test:8080", port: 8080, url: "/old?a=1" } as const;
    const { status, headers } = redirect(action, from);
    assert.equal(status, 301);
    assert.equal(headers.location, "http://app.test:9090/new/old?a=1");
  });

  it("redirect to where the port that they name is on this machine", () => {
    const action = { type: "redirect", redirect: { statusCode: "HTTP_301", protocol: "HTTPS", port: "443" } } as const;
    const from = { protocol: "http", host: "app.test:8080", port: 8080, url: "/?a=1" } as const;
    assert.equal(redirect(action, from, (port) => port + 8000).headers.location, "https://app.test:8443/?a=1");
  });

  it("are described with each group's share", () => {
    const action: Action = { type: "forward", forward: { targetGroups: weights } };
    assert.equal(
      describeActions([action], (arn) => `${arn}-tg`),
      "blue-tg 90 %, green-tg 10 %",
    );
  });
});

describe("listener rules", () => {
  const rule = (priority: number, conditions: ListenerRule["conditions"], arn: string): ListenerRule => ({
    arn: `rule-${priority}`,
    priority,
    conditions,
    actions: [{ type: "forward", targetGroupArn: arn }],
  });
  const otherwise: Action[] = [{ type: "forward", targetGroupArn: "default" }];
  const rules = [
    rule(20, [{ pathPattern: { values: ["/api/*", "/v?"] } }], "api"),
    rule(10, [{ httpHeader: { httpHeaderName: "X-Test", values: ["GREEN*"] } }], "green"),
    rule(30, [{ hostHeader: { values: ["*.Example.com"] } }, { pathPattern: { values: ["/both"] } }], "host"),
  ];
  const routed = (url: string, headers: Record<string, string> = {}) => {
    const [action] = actionsFor({ url, headers }, rules, otherwise);
    return action?.type === "forward" && action.targetGroupArn;
  };

  it("match path patterns with their case and without the query", () => {
    assert.equal(routed("/api/users?x=/no"), "api");
    assert.equal(routed("/v1"), "api");
    assert.equal(routed("/v12"), "default");
    assert.equal(routed("/API/users"), "default");
    assert.equal(routed("/?path=/api/"), "default");
  });

  it("match headers and hosts without their case", () => {
    assert.equal(routed("/", { "x-test": "green-1" }), "green");
    assert.equal(routed("/both", { host: "APP.example.com:8080" }), "host");
  });

  it("hold only if every condition does", () => {
    assert.equal(routed("/", { host: "app.example.com" }), "default");
    assert.equal(routed("/both", { host: "example.com" }), "default");
  });

  it("are tried from the lowest priority number on", () => {
    assert.equal(routed("/api/users", { "x-test": "green" }), "green");
  });
});
