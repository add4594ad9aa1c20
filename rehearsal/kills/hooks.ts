import * as pulumi from "@pulumi/pulumi";
import type { Verdict } from "../codedeploy/hook-verdicts";
import type { GraphResource, Recorder } from "../graph/recorder";

/** Functions by name that report a verdict at once; the AWS SDK would take longer to load than all the rest of a release. */
export const reports: Readonly<Record<Verdict, string>> = {
  Succeeded: "kills-reports-Succeeded",
  Failed: "kills-reports-Failed",
};

/** Adds the functions to the account. */
export function addReportingHooks(recorder: Recorder): void {
  const [hook] = recorder.all("aws:lambda/function:Function");
  for (const verdict of ["Succeeded", "Failed"] as const) recorder.resources.push(reporting(hook!, verdict));
}

function reporting(hook: GraphResource, status: Verdict): GraphResource {
  const name = reports[status];
  const code = new pulumi.asset.AssetArchive({
    "index.js": new pulumi.asset.StringAsset(`
const { request } = require("node:http");
exports.handler = ({ DeploymentId: deploymentId, LifecycleEventHookExecutionId: lifecycleEventHookExecutionId }) =>
  new Promise((resolve, reject) => {
    const headers = {
      // The local endpoint wants a signature, and does not verify it.
      authorization: "AWS4-HMAC-SHA256 Credential=REHEARSAL",
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus",
    };
    request(process.env.AWS_ENDPOINT_URL, { method: "POST", headers }, (response) => response.resume().on("end", resolve))
      .on("error", reject)
      .end(JSON.stringify({ deploymentId, lifecycleEventHookExecutionId, status: "${status}" }));
  });
`),
  });
  return { ...hook, name, outputs: { ...hook.outputs, name, code } };
}
