import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accessLogs } from "./access-logs";
import { aliasRecord, certificateArn, httpsDefaults } from "./https";
import type { BlueGreenLoadBalancerArgs } from "./load-balancer-args";
import { existingLoadBalancer, type LoadBalancerPlace } from "./existing-load-balancer";
import type { LoadBalancerFront } from "./load-balancer-front";
import { protection } from "../protection";
import { stickyForward } from "./sticky-forward";

interface TargetGroups {
  readonly blue: aws.lb.TargetGroup;
  readonly green: aws.lb.TargetGroup;
}

/** Listeners of the service's own, which are moved whole by CodeDeploy, and by ECS through a rule; and their load balancer, unless it is there. */
export function ownLoadBalancer(
  name: string,
  args: BlueGreenLoadBalancerArgs,
  groups: TargetGroups,
  opts: pulumi.CustomResourceOptions,
): LoadBalancerFront {
  const { https, loadBalancer: options, productionPort, testPort, testHeader } = args;
  const { loadBalancer, securityGroupId } =
    options.arn === undefined
      ? newLoadBalancer(name, args, groups, opts)
      : existingLoadBalancer(name, options.arn, opts);
  const admit = (listener: string, port: number, cidrs: readonly string[]) =>
    admitCidrs(`${name}-${listener}`, { securityGroupId, description: `${listener} listener`, port, cidrs }, opts);
  admit("production", productionPort, args.productionCidrs);
  if (!testHeader) admit("test", testPort, args.testCidrs);
  const certificate = https && certificateArn(name, https, opts);
  const sslPolicy = https?.sslPolicy ?? httpsDefaults.sslPolicy;
  const transport = certificate ? { protocol: "HTTPS", certificateArn: certificate, sslPolicy } : { protocol: "HTTP" };
  const listener = (kind: "production" | "test", port: number) =>
    new aws.lb.Listener(
      `${name}-${kind}`,
      {
        loadBalancerArn: loadBalancer.arn,
        port,
        ...transport,
        // Both start on blue. Source: CodeDeploy user guide, deployment-steps-ecs.
        defaultActions: [
          args.stickiness
            ? stickyForward(groups.blue, groups.green)
            : { type: "forward", targetGroupArn: groups.blue.arn },
        ],
      },
      {
        ...opts,
        // Every deployment moves the listeners, and leaves a weighted forward to both groups behind; setting them back
        // would point production at an empty target group.
        ignoreChanges: ["defaultActions"],
        // On another load balancer AWS refuses it, since a target group belongs to one; so it is to be asked before the live one goes.
        deleteBeforeReplace: false,
        ...(kind === "production" ? protection(args) : {}),
      },
    );
  const productionListener = listener("production", productionPort);
  const test = testHeader
    ? { listener: productionListener, port: productionPort, header: testHeader }
    : { listener: listener("test", testPort), port: testPort };
  // One that is there already mostly has such a listener.
  const redirectPort = https?.redirectPort ?? (options.arn === undefined ? httpsDefaults.redirectPort : undefined);
  if (https && redirectPort !== undefined) {
    // What users are not let through to is not opened here either.
    admit("redirect", redirectPort, args.productionCidrs);
    redirectToHttps(name, loadBalancer, { from: redirectPort, to: productionPort }, opts);
  }
  if (https) aliasRecord(name, https, loadBalancer, opts);
  return {
    loadBalancer,
    securityGroupId,
    host: pulumi.output(https?.domainName ?? loadBalancer.dnsName),
    path: "/",
    productionListener,
    certificateArn: certificate,
    test,
    share: undefined,
  };
}

function newLoadBalancer(
  name: string,
  { network, loadBalancer: options, deletionProtection }: BlueGreenLoadBalancerArgs,
  { blue }: TargetGroups,
  opts: pulumi.CustomResourceOptions,
): LoadBalancerPlace {
  const securityGroup = new aws.ec2.SecurityGroup(
    `${name}-alb`,
    { vpcId: network.vpcId, description: `${name}: load balancer` },
    opts,
  );
  const loadBalancer = new aws.lb.LoadBalancer(
    name,
    {
      loadBalancerType: "application",
      internal: options.internal ?? false,
      subnets: options.internal ? network.privateSubnetIds : network.publicSubnetIds,
      securityGroups: [securityGroup.id],
      idleTimeout: options.idleTimeoutSeconds ?? 60,
      enableHttp2: true,
      dropInvalidHeaderFields: options.dropInvalidHeaderFields ?? true,
      enableDeletionProtection: deletionProtection,
      // Said when they are off, too: the provider leaves alone what is not named, and would let them go on.
      accessLogs: options.accessLogs
        ? accessLogs(name, options.accessLogs, blue, deletionProtection, opts)
        : { enabled: false, bucket: "" },
    },
    { ...opts, ...protection({ deletionProtection }) },
  );
  if (options.webAclArn !== undefined) {
    new aws.wafv2.WebAclAssociation(name, { resourceArn: loadBalancer.arn, webAclArn: options.webAclArn }, opts);
  }
  return { loadBalancer, securityGroupId: securityGroup.id };
}

interface Admission {
  readonly securityGroupId: pulumi.Input<string>;
  readonly description: string;
  readonly port: number;
  readonly cidrs: readonly string[];
}

function admitCidrs(
  name: string,
  { securityGroupId, description, port, cidrs }: Admission,
  opts: pulumi.CustomResourceOptions,
) {
  for (const cidr of new Set(cidrs)) {
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-${cidr.toLowerCase().replaceAll(":", "-")}`,
      {
        securityGroupId,
        description,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        ...(cidr.includes(":") ? { cidrIpv6: cidr } : { cidrIpv4: cidr }),
      },
      opts,
    );
  }
}

/** Sends HTTP on to the same place over HTTPS. */
function redirectToHttps(
  name: string,
  loadBalancer: aws.lb.LoadBalancer,
  { from, to }: { readonly from: number; readonly to: number },
  opts: pulumi.CustomResourceOptions,
) {
  const redirect = { protocol: "HTTPS", port: String(to), statusCode: "HTTP_301" };
  new aws.lb.Listener(
    `${name}-redirect`,
    {
      loadBalancerArn: loadBalancer.arn,
      port: from,
      protocol: "HTTP",
      defaultActions: [{ type: "redirect", redirect }],
    },
    opts,
  );
}
