import assert from "node:assert/strict";
import { devGraph, type Graph, shortUrns } from "../support/graph";

for (const [name, expiry, versionDays] of [
  ["-artifacts", { expiration: { days: 90 } }, 1],
  ["-template", {}, 90],
] as const) {
  describe(`the bucket *${name}`, () => {
    let graph: Graph;
    let bucket: string;

    before(async () => {
      graph = await devGraph();
      bucket = graph.recorder.find("aws:s3/bucket:Bucket", name).id;
    });

    it("goes with the stack, with what is in it", () => {
      assert.deepEqual(graph.recorder.find("aws:s3/bucket:Bucket", name).inputs, { forceDestroy: true });
    });

    it("is encrypted with KMS", () => {
      assert.deepEqual(
        graph.recorder.find(
          "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
          name,
        ).inputs,
        {
          bucket,
          rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" }, bucketKeyEnabled: true }],
        },
      );
    });

    it("keeps versions", () => {
      assert.deepEqual(graph.recorder.find("aws:s3/bucketVersioning:BucketVersioning", name).inputs, {
        bucket,
        versioningConfiguration: { status: "Enabled" },
      });
    });

    it("is closed to the public in all four ways", () => {
      assert.deepEqual(graph.recorder.find("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", name).inputs, {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
    });

    it("refuses everything that does not come over TLS", () => {
      const { inputs, dependencies } = graph.recorder.find("aws:s3/bucketPolicy:BucketPolicy", name);
      assert.equal(inputs.bucket, bucket);
      assert.deepEqual(JSON.parse(inputs.policy as string), {
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "TlsOnly",
            Effect: "Deny",
            Principal: "*",
            Action: "s3:*",
            Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ],
      });
      assert.ok(shortUrns(dependencies).some((urn) => urn.includes("PublicAccessBlock")));
    });

    it("lets go of what is old, once versions are on", () => {
      const { inputs, dependencies } = graph.recorder.find(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        name,
      );
      assert.deepEqual(inputs, {
        bucket,
        rules: [
          {
            id: "expire",
            status: "Enabled",
            filter: { prefix: "" },
            ...expiry,
            noncurrentVersionExpiration: { noncurrentDays: versionDays },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
          },
        ],
      });
      assert.ok(shortUrns(dependencies).some((urn) => urn.includes("BucketVersioning")));
    });
  });
}

it("there is no third bucket", async () => {
  const { recorder } = await devGraph();
  assert.equal(recorder.all("aws:s3/bucket:Bucket").length, 2);
});
