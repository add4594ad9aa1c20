import { z } from "zod";
import { cidr, names, port, urlPath } from "../values";

/** Limits of an application load balancer's health check. Source: Elastic Load Balancing API, CreateTargetGroup. */
const healthCheck = z.strictObject({
  path: urlPath.optional(),
  intervalSeconds: z.number().int().min(5).max(300).optional(),
  timeoutSeconds: z.number().int().min(2).max(120).optional(),
  healthyThreshold: z.number().int().min(2).max(10).optional(),
  unhealthyThreshold: z.number().int().min(2).max(10).optional(),
  matcher: z
    .string()
    .regex(/^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/, { error: "expected statuses like 200-299 or 200,301" })
    .optional(),
});

const https = z.strictObject({
  domainName: z.string(),
  zoneId: z.string().min(1).optional(),
  certificateArn: z.string().optional(),
  sslPolicy: z.string().optional(),
  redirectPort: port.optional(),
});

const accessLogs = z.strictObject({
  bucket: z.string().min(3).optional(),
  prefix: z.string().optional(),
  keepDays: z.number().int().min(1).optional(),
});

const loadBalancer = z.strictObject({
  internal: z.boolean().optional(),
  idleTimeoutSeconds: z.number().int().optional(),
  accessLogs: accessLogs.optional(),
  webAclArn: z.string().optional(),
});

const sharedLoadBalancer = z.strictObject({
  productionListenerArn: z.string(),
  testListenerArn: z.string().optional(),
  hosts: names.optional(),
  paths: z.array(urlPath).optional(),
  priority: z.number().int(),
});

/** Who reaches the tasks, and how the load balancer treats them. */
export const traffic = {
  productionPort: port.default(8080),
  testPort: port.default(8090),
  testHeader: z.strictObject({ name: z.string(), value: z.string() }).optional(),
  productionCidrs: z.array(cidr).default(["0.0.0.0/0"]),
  testCidrs: z.array(cidr).default([]),
  https: https.optional(),
  loadBalancer: loadBalancer.default({}),
  sharedLoadBalancer: sharedLoadBalancer.optional(),
  healthCheck: healthCheck.default({}),
  healthCheckGracePeriodSeconds: z.number().int().min(0).max(2_147_483_647).default(60),
  deregistrationDelaySeconds: z.number().int().min(0).max(3600).default(30),
  stickiness: z.strictObject({ seconds: z.number().int() }).optional(),
  slowStartSeconds: z.number().int().default(0),
};
