import { z } from "zod";
import { texts, whole } from "../values";

const healthCheck = z.strictObject({
  path: z.string().optional(),
  intervalSeconds: whole.optional(),
  timeoutSeconds: whole.optional(),
  healthyThreshold: whole.optional(),
  unhealthyThreshold: whole.optional(),
  matcher: z.string().optional(),
});

const https = z.strictObject({
  domainName: z.string(),
  zoneId: z.string().optional(),
  certificateArn: z.string().optional(),
  sslPolicy: z.string().optional(),
  redirectPort: whole.optional(),
});

const accessLogs = z.strictObject({
  bucket: z.string().optional(),
  prefix: z.string().optional(),
  keepDays: whole.optional(),
});

const loadBalancer = z.strictObject({
  arn: z.string().optional(),
  internal: z.boolean().optional(),
  idleTimeoutSeconds: whole.optional(),
  dropInvalidHeaderFields: z.boolean().optional(),
  accessLogs: accessLogs.optional(),
  webAclArn: z.string().optional(),
});

const sharedLoadBalancer = z.strictObject({
  productionListenerArn: z.string(),
  testListenerArn: z.string().optional(),
  hosts: texts.optional(),
  paths: texts.optional(),
  priority: whole,
});

/** Who reaches the tasks, and how the load balancer treats them. */
export const traffic = {
  productionPort: whole.default(8080),
  testPort: whole.default(8090),
  testHeader: z.strictObject({ name: z.string(), value: z.string() }).optional(),
  productionCidrs: z.array(z.string()).default(["0.0.0.0/0"]),
  testCidrs: z.array(z.string()).default([]),
  https: https.optional(),
  loadBalancer: loadBalancer.default({}),
  sharedLoadBalancer: sharedLoadBalancer.optional(),
  healthCheck: healthCheck.default({}),
  healthCheckGracePeriodSeconds: whole.default(60),
  deregistrationDelaySeconds: whole.default(30),
  stickiness: z.strictObject({ seconds: whole }).optional(),
  slowStartSeconds: whole.default(0),
};
