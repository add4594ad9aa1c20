import assert from "node:assert/strict";
import { metricMath } from "../../../rehearsal/cloudwatch/metric-math";

describe("metric math", () => {
  const share = metricMath("IF(requests >= 20, 100 * errors / requests, 0)", ["requests", "errors"]);

  it("chooses by a condition, and divides", () => {
    assert.equal(share({ requests: 40, errors: 10 }), 25);
    assert.equal(share({ requests: 19, errors: 19 }), 0);
  });

  it("takes a metric without a datapoint for 0 where another has one, and has none where no metric has", () => {
    assert.equal(share({ requests: 40 }), 0);
    assert.equal(share({}), undefined);
  });

  it("fills a metric where it has no datapoint, so that there is one at every time", () => {
    const filled = metricMath("IF(requests >= 20, 100 * FILL(errors, 0) / requests, 0)", ["requests", "errors"]);
    assert.equal(filled({ requests: 40, errors: 10 }), 25);
    assert.equal(filled({ requests: 40 }), 0);
    assert.equal(filled({}), 0);
    assert.equal(metricMath("FILL(errors, 7)", ["errors"])({}), 7);
    assert.equal(metricMath("FILL(errors, 7)", ["errors"])({ errors: 0 }), 0);
  });

  it("drops a datapoint that would divide by zero", () => {
    assert.equal(metricMath("errors / requests", ["errors", "requests"])({ errors: 1, requests: 0 }), undefined);
  });

  it("compares and joins as the user guide's example does", () => {
    const first = [30, 20, 0, 0];
    const second = [20, undefined, 20, undefined];
    const series = (expression: string) =>
      first.map((metric1, index) =>
        metricMath(expression, ["metric1", "metric2"])({ metric1, metric2: second[index] }),
      );
    assert.deepEqual(series("(metric1 < metric2)"), [0, 0, 1, 0]);
    assert.deepEqual(series("(metric1 >= 30)"), [1, 0, 0, 0]);
    assert.deepEqual(series("(metric1 > 15 AND metric2 > 15)"), [1, 0, 0, 0]);
    assert.deepEqual(series("metric1 > 15 || metric2 > 15"), [1, 1, 1, 0]);
    assert.deepEqual(series("-metric1 + 2 * 5"), [-20, -10, 10, 10]);
  });

  it("refuses what it cannot work out, and says what it can", () => {
    const refused = (expression: string, reason: RegExp) => assert.throws(() => metricMath(expression, ["m1"]), reason);
    refused("ANOMALY_DETECTION_BAND(m1)", /no function ANOMALY_DETECTION_BAND; it has arithmetic, comparisons/);
    refused("IF(m1, 1)", /no function IF; it has .* IF of three/);
    refused("m1 + m2", /m2 is no id of it; there are m1/);
    refused("FILL(m1, REPEAT)", /fills a metric only, and by a number/);
    refused("FILL(m1 + 1, 0)", /fills a metric only, and by a number/);
    refused("FILL(m2, 0)", /m2 is no id of it; there are m1/);
    refused("FILL(m1)", /no function FILL; it has .* FILL of two/);
    refused("m1 ^ 2", /no operator \^|Unexpected/);
    refused("m1 +", /^Error: the expression "m1 \+": /);
    refused("m1 m1", /no Compound/);
  });
});
