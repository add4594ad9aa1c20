import { isValues, type Values } from "./values";

export interface LifecycleRule {
  readonly id: string;
  readonly status: string;
  readonly filter: { readonly prefix: string };
  readonly expiration?: { readonly days: number };
  readonly noncurrentVersionExpiration: Values;
  readonly abortIncompleteMultipartUpload: { readonly daysAfterInitiation: number };
}

export function lifecycleRule(rule: LifecycleRule): Values {
  return {
    Id: rule.id,
    Status: rule.status,
    Prefix: rule.filter.prefix,
    ...(rule.expiration ? { ExpirationInDays: rule.expiration.days } : {}),
    NoncurrentVersionExpiration: capitalized(rule.noncurrentVersionExpiration),
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: rule.abortIncompleteMultipartUpload.daysAfterInitiation },
  };
}

export function routing({ type, timeBasedCanary, timeBasedLinear }: Values): Values {
  const shape = (values: unknown, kind: string) => {
    const { interval, percentage } = values as Values;
    return { [`TimeBased${kind}`]: { [`${kind}Interval`]: interval, [`${kind}Percentage`]: percentage } };
  };
  return {
    Type: type,
    ...(timeBasedCanary ? shape(timeBasedCanary, "Canary") : {}),
    ...(timeBasedLinear ? shape(timeBasedLinear, "Linear") : {}),
  };
}

export function listenerAction({ type, targetGroupArn, redirect, forward }: Values): Values {
  if (forward) return ruleAction({ type, forward });
  return redirect
    ? { Type: type, RedirectConfig: capitalized(redirect) }
    : { Type: type, ...(targetGroupArn ? { TargetGroupArn: targetGroupArn } : {}) };
}

export function accessLogAttributes(accessLogs: Values | undefined): Values {
  if (!accessLogs) return {};
  const { enabled, bucket, prefix } = accessLogs;
  return { "access_logs.s3.enabled": enabled, "access_logs.s3.bucket": bucket, "access_logs.s3.prefix": prefix };
}

export function volumes(value: unknown): unknown {
  return (value as Values[]).map(({ name, efsVolumeConfiguration: efs }) => {
    const { fileSystemId, transitEncryption, authorizationConfig } = efs as Values;
    const { accessPointId, iam } = authorizationConfig as Values;
    const authorization = { AccessPointId: accessPointId, IAM: iam };
    return {
      Name: name,
      EFSVolumeConfiguration: {
        FilesystemId: fileSystemId,
        TransitEncryption: transitEncryption,
        AuthorizationConfig: authorization,
      },
    };
  });
}

export function ruleAction({ type, forward }: Values): Values {
  const { targetGroups } = forward as { targetGroups: Values[] };
  const groups = targetGroups.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight }));
  return { Type: type, ForwardConfig: { TargetGroups: groups } };
}

export function ruleCondition({ hostHeader, pathPattern, httpHeader }: Values): Values {
  if (hostHeader) return { Field: "host-header", HostHeaderConfig: capitalized(hostHeader) };
  if (pathPattern) return { Field: "path-pattern", PathPatternConfig: capitalized(pathPattern) };
  return { Field: "http-header", HttpHeaderConfig: capitalized(httpHeader) };
}

export function pipelineAction(action: Values): Values {
  const { category, owner, provider, version, inputArtifacts, outputArtifacts, ...rest } = action;
  const named = (artifacts: unknown) => ((artifacts ?? []) as string[]).map((Name) => ({ Name }));
  return {
    ...(capitalized(rest) as Values),
    ActionTypeId: { Category: category, Owner: owner, Provider: provider, Version: version },
    InputArtifacts: named(inputArtifacts),
    OutputArtifacts: named(outputArtifacts),
  };
}

/** These hold names of the user's own, which are no properties. */
const verbatim = new Set(["configuration", "variables", "options", "policy"]);

export function capitalized(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capitalized);
  if (!isValues(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key[0]!.toUpperCase() + key.slice(1),
      verbatim.has(key) ? item : capitalized(item),
    ]),
  );
}

export function renamed(value: unknown, names: Readonly<Record<string, string>>): unknown {
  return Object.fromEntries(Object.entries(value as Values).map(([key, item]) => [names[key] ?? key, item]));
}
