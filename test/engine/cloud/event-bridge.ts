import type { Cloud } from "./cloud";

interface Pattern {
  readonly source?: readonly string[];
  readonly "detail-type"?: readonly string[];
  readonly detail?: {
    readonly bucket?: { readonly name?: readonly string[] };
    readonly object?: { readonly key?: readonly string[] };
  };
}

/** ARNs of the targets that S3's "Object Created" event reaches, by the account's rules. */
export function eventTargets(cloud: Cloud, bucket: string, key: string): string[] {
  const notification = cloud.find("aws:s3/bucketNotification:BucketNotification", "bucket", bucket);
  if (notification?.properties.eventbridge !== true) return [];
  const rules = cloud.all("aws:cloudwatch/eventRule:EventRule").filter(({ properties }) => {
    const pattern = JSON.parse(String(properties.eventPattern)) as Pattern;
    return (
      allows(pattern.source, "aws.s3") &&
      allows(pattern["detail-type"], "Object Created") &&
      allows(pattern.detail?.bucket?.name, bucket) &&
      allows(pattern.detail?.object?.key, key)
    );
  });
  const names = new Set(rules.map(({ properties }) => properties.name));
  const targets = cloud.all("aws:cloudwatch/eventTarget:EventTarget");
  return targets.filter(({ properties }) => names.has(properties.rule)).map(({ properties }) => String(properties.arn));
}

function allows(values: readonly string[] | undefined, value: string): boolean {
  return values === undefined || values.includes(value);
}
