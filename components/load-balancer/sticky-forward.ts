import type * as aws from "@pulumi/aws";

/** All traffic to blue, by an action that also names green, so that only weights have to change. */
export function weightedForward(blue: aws.lb.TargetGroup, green: aws.lb.TargetGroup) {
  const targetGroups = [
    { arn: blue.arn, weight: 1 },
    { arn: green.arn, weight: 0 },
  ];
  return { type: "forward", forward: { targetGroups } };
}

/**
 * The same where either group keeps clients with their task: Elastic Load Balancing refuses a forward to several such groups
 * unless the action keeps clients with their group too. It does so for the shortest time there is, since a client that is
 * kept with blue's group stays there when traffic shifts, and when blue is gone gets a 503. Source: ALB user guide,
 * rule-action-types, "Sticky sessions and weighted target groups".
 */
export function stickyForward(blue: aws.lb.TargetGroup, green: aws.lb.TargetGroup) {
  const { type, forward } = weightedForward(blue, green);
  return { type, forward: { ...forward, stickiness: { enabled: true, duration: 1 } } };
}
