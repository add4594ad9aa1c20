import { type AwsControlPlane, AwsError } from "../aws-endpoint/control-plane";
import { type Action, routingAction, targetGroupWeights } from "../load-balancer/actions";
import type { RuleCondition } from "../load-balancer/rules";
import type { TrafficSide } from "./traffic-side";

/** What the program's functions ask of the load balancer, and of EC2 about it. */
export function loadBalancerOperations({ loadBalancer, targetGroups }: TrafficSide): AwsControlPlane {
  const listeners = () => loadBalancer.describeListeners();
  return {
    describeListeners: ({ ListenerArns = [] }) => ({
      Listeners: ListenerArns.map((arn) => {
        const listener = listeners().find((one) => one.arn === arn);
        if (!listener) throw new AwsError("ListenerNotFound", `there is no listener ${arn}`);
        return {
          ListenerArn: arn,
          LoadBalancerArn: loadBalancer.arn,
          // The function opens a real connection, so it is told the port that is really open.
          Port: listener.localPort,
          Protocol: listener.protocol,
          DefaultActions: [describeAction(listener.defaultActions)],
        };
      }),
    }),
    describeRules: ({ RuleArns, ListenerArn }) => {
      const rules = listeners().flatMap(({ arn, rules: own }) => own.map((rule) => ({ ...rule, listenerArn: arn })));
      const missing = RuleArns?.find((arn) => !rules.some((rule) => rule.arn === arn));
      if (missing !== undefined) throw new AwsError("RuleNotFound", `there is no rule ${missing}`);
      const wanted = rules.filter(({ arn, listenerArn }) =>
        RuleArns ? RuleArns.includes(arn) : listenerArn === ListenerArn,
      );
      return {
        Rules: wanted.map(({ arn, priority, conditions, actions }) => ({
          RuleArn: arn,
          Priority: String(priority),
          IsDefault: false,
          Conditions: conditions.map(describeCondition),
          Actions: [describeAction(actions)],
        })),
      };
    },
    describeTargetHealth: ({ TargetGroupArn }) => {
      const targetGroup = targetGroups.find(({ arn }) => arn === TargetGroupArn);
      if (!targetGroup) throw new AwsError("TargetGroupNotFound", `there is no target group ${TargetGroupArn}`);
      return {
        TargetHealthDescriptions: targetGroup.targets().map(({ host, port, health }) => ({
          Target: { Id: host, Port: port },
          TargetHealth: { State: health.state, ...(health.description ? { Description: health.description } : {}) },
        })),
      };
    },
    describeNetworkInterfaces: ({ Filters = [] }) => {
      const wanted = `ELB ${loadBalancer.arn.split("loadbalancer/")[1]}`;
      const found = Filters.some(({ Name, Values }) => Name === "description" && Values?.includes(wanted));
      const address = {
        NetworkInterfaceId: "eni-0123456789abcdef0",
        Description: wanted,
        PrivateIpAddress: "127.0.0.1",
      };
      return { NetworkInterfaces: found ? [address] : [] };
    },
  };
}

function describeAction(actions: readonly Action[]) {
  const action = routingAction(actions);
  const TargetGroups = targetGroupWeights(action).map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight }));
  return { Type: action.type, ...(action.type === "forward" ? { ForwardConfig: { TargetGroups } } : {}) };
}

function describeCondition({ pathPattern, hostHeader, httpHeader }: RuleCondition) {
  if (pathPattern) return { Field: "path-pattern", PathPatternConfig: { Values: [...pathPattern.values] } };
  if (hostHeader) return { Field: "host-header", HostHeaderConfig: { Values: [...hostHeader.values] } };
  const { httpHeaderName = "", values = [] } = httpHeader ?? {};
  return { Field: "http-header", HttpHeaderConfig: { HttpHeaderName: httpHeaderName, Values: [...values] } };
}
