import assert from "node:assert/strict";
import { consoleUrl } from "../../components/console-url";

describe("a link to the console", () => {
  it("leads to the console of the region's partition", () => {
    assert.deepEqual(["eu-central-1", "cn-north-1", "us-gov-east-1"].map(consoleUrl), [
      "https://eu-central-1.console.aws.amazon.com",
      "https://cn-north-1.console.amazonaws.cn",
      "https://us-gov-east-1.console.amazonaws-us-gov.com",
    ]);
  });
});
