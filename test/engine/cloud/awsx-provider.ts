import { credentials } from "@grpc/grpc-js";
import { ConstructResponse, type ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as resource from "@pulumi/pulumi/proto/resource_pb";
import { subnetChildren, vpcChild } from "./network";
import type { Provider } from "./provider-server";
import { structOf, unknownValue, type Values } from "./values";

type Registered = { readonly urn: string; readonly id: string };

/** Pulumi's awsx, as far as its Vpc goes: a component that the provider registers, with a VPC and its subnets of AWS's. */
export function awsxProvider(version: string, awsVersion: string): Provider {
  const none = () => {
    throw new Error("awsx has components only");
  };
  return {
    version,
    supportsPreview: true,
    check: none,
    diff: none,
    create: none,
    read: none,
    update: none,
    delete: none,
    invoke: none,
    unknownOutputs: none,
    construct: async (request) => {
      const monitor = new ResourceMonitorClient(request.getMonitorendpoint(), credentials.createInsecure());
      try {
        return await constructVpc(monitor, request, awsVersion);
      } finally {
        monitor.close();
      }
    },
  };
}

async function constructVpc(
  monitor: ResourceMonitorClient,
  request: ConstructRequest,
  awsVersion: string,
): Promise<ConstructResponse> {
  const name = request.getName();
  const component = await register(
    monitor,
    new resource.RegisterResourceRequest()
      .setType(request.getType())
      .setName(name)
      .setParent(request.getParent())
      .setObject(request.getInputs())
      .setDependenciesList(request.getDependenciesList()),
  );
  const child = ({ type, name: childName, inputs }: { type: string; name: string; inputs: Values }, needs: string[]) =>
    register(
      monitor,
      new resource.RegisterResourceRequest()
        .setType(type)
        .setName(childName)
        .setCustom(true)
        .setParent(component.urn)
        .setObject(structOf(inputs))
        .setDependenciesList(needs)
        .setVersion(awsVersion)
        .setAcceptsecrets(true),
    );
  const vpc = await child(vpcChild(name), []);
  const zones = Number((request.getInputs()?.toJavaScript() as Values).numberOfAvailabilityZones);
  const subnets = await Promise.all(subnetChildren(name, vpc.id, zones).map((subnet) => child(subnet, [vpc.urn])));
  const ids = subnets.map(({ id }) => id);
  const state = {
    vpcId: vpc.id,
    publicSubnetIds: ids.slice(0, zones),
    privateSubnetIds: ids.slice(zones),
    routeTables: [],
  };
  await registerOutputs(monitor, component.urn, state);
  const response = new ConstructResponse().setUrn(component.urn).setState(structOf(state));
  const needs = {
    vpcId: [vpc.urn],
    publicSubnetIds: urns(subnets.slice(0, zones)),
    privateSubnetIds: urns(subnets.slice(zones)),
  };
  for (const [key, list] of Object.entries(needs)) {
    response.getStatedependenciesMap().set(key, new ConstructResponse.PropertyDependencies().setUrnsList(list));
  }
  return response;
}

const urns = (registered: readonly Registered[]) => registered.map(({ urn }) => urn);

function register(monitor: ResourceMonitorClient, request: resource.RegisterResourceRequest): Promise<Registered> {
  return new Promise((resolve, reject) => {
    monitor.registerResource(request, (error, response) => {
      if (error) return reject(error);
      // A preview gives no id.
      resolve({ urn: response.getUrn(), id: response.getId() || unknownValue });
    });
  });
}

function registerOutputs(monitor: ResourceMonitorClient, urn: string, outputs: Values): Promise<void> {
  const request = new resource.RegisterResourceOutputsRequest().setUrn(urn).setOutputs(structOf(outputs));
  return new Promise((resolve, reject) => {
    monitor.registerResourceOutputs(request, (error) => (error ? reject(error) : resolve()));
  });
}
