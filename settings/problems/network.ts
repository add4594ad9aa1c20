import { idProblems, type Network, networkDefaults, subnetProblems, zoneProblems } from "../../components/network";
import type { Problem } from "../../components/problems";
import { logRouterSidecar } from "../../components/task/log-router";
import { collectorSidecar } from "../../components/task/open-telemetry";
import { unreachableImages } from "../../components/vpc-endpoints";
import type { Given } from "../schema";

/** A network that is half given, or one without NAT from which an image cannot be pulled. */
export function networkProblems(settings: Given, region: string | undefined): Problem[] {
  const { sharedLoadBalancer, loadBalancer } = settings;
  const problems = [
    ...givenProblems(settings),
    ...idProblems("", settings),
    ...zoneProblems(settings),
    ...(sharedLoadBalancer || loadBalancer?.arn ? [] : subnetProblems("", settings, loadBalancer?.internal)),
  ];
  if (settings.natGateways !== "none") return problems;
  return [...problems, ...imageProblems(settings, region), ...logProblems(settings)];
}

/** Its three parts, where all are given. */
export function givenNetwork({ vpcId, publicSubnetIds, privateSubnetIds }: Given): Network | undefined {
  return vpcId && publicSubnetIds && privateSubnetIds ? { vpcId, publicSubnetIds, privateSubnetIds } : undefined;
}

function givenProblems(settings: Given): Problem[] {
  const { vpcId, publicSubnetIds, privateSubnetIds } = settings;
  const given = Object.entries({ vpcId, publicSubnetIds, privateSubnetIds });
  const missing = given.filter(([, value]) => value === undefined);
  if (missing.length === given.length) return placeProblems(settings);
  const message =
    "is missing; an existing network needs vpcId, publicSubnetIds and privateSubnetIds, a new one none of them.";
  const problems = missing.map(([path]) => ({ path, message }));
  for (const path of ["natGateways", "availabilityZones", "zoneCidrMask"] as const) {
    if (settings[path] === undefined || settings[path] === networkDefaults[path]) continue;
    problems.push({ path, message: "says how a new network is made, and vpcId names an existing one; leave one out." });
  }
  return problems;
}

/** A load balancer takes target groups of its own VPC only. Source: ELB API, CreateTargetGroup. */
function placeProblems({ sharedLoadBalancer, loadBalancer }: Given): Problem[] {
  const setting = sharedLoadBalancer ? "sharedLoadBalancer" : loadBalancer?.arn ? "loadBalancer.arn" : undefined;
  if (setting === undefined) return [];
  const message = `is missing; ${setting} names a load balancer that is there, which takes tasks of its own VPC only. Name vpcId, publicSubnetIds and privateSubnetIds.`;
  return [{ path: "vpcId", message }];
}

/** Where logs go that the router sends elsewhere; CloudWatch's two outputs go by the endpoint that is made for them. */
function logProblems({ logRouter }: Given): Problem[] {
  const name = logRouter?.options?.Name;
  if (name === undefined || name.startsWith("cloudwatch")) return [];
  const message = `sends logs to ${name}, which tasks do not reach without NAT (natGateways: none); leave options out, or give the network NAT.`;
  return [{ path: "logRouter.options", message }];
}

function imageProblems({ firstImage, sidecars = [], logRouter, openTelemetry }: Given, region?: string): Problem[] {
  const images = {
    firstImage,
    ...Object.fromEntries(sidecars.map(({ image }, index) => [`sidecars[${index}].image`, image])),
    ...(logRouter ? { "logRouter.image": logRouterSidecar(logRouter).image } : {}),
    ...(openTelemetry ? { "openTelemetry.image": collectorSidecar(openTelemetry, "").image } : {}),
  };
  return unreachableImages(images, region);
}
