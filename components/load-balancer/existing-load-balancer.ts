import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { orMocked } from "../mocked-values";

/** A load balancer, and the security group in which its listeners' ports are opened. */
export interface LoadBalancerPlace {
  readonly loadBalancer: aws.lb.LoadBalancer;
  readonly securityGroupId: pulumi.Output<string>;
}

/** One that is there already: it is read, not managed, so nothing of it changes or goes but what is made on it. */
export function existingLoadBalancer(
  name: string,
  arn: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): LoadBalancerPlace {
  const loadBalancer = aws.lb.LoadBalancer.get(name, arn, undefined, opts);
  return {
    loadBalancer,
    securityGroupId: loadBalancer.securityGroups.apply(
      (groups) => orMocked(groups, "security groups", ["sg-mocked"])[0]!,
    ),
  };
}
