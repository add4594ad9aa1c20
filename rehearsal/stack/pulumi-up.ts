import type { GraphResource, Recorder } from "../graph/recorder";
import { type Action, routingAction, targetGroupWeights } from "../load-balancer/actions";
import type { Stack } from "./stack";
import type { TrafficSide } from "./traffic-side";

/** A property that a further `pulumi up --refresh` would set back, since it finds another value than the program's. */
export interface Proposal {
  /** Of the resource that it would change. */
  readonly arn: string;
  readonly property: string;
  readonly text: string;
  /** Sets it, as AWS would. */
  readonly apply: () => void;
}

export interface LiveStack {
  readonly stack: Stack;
  readonly traffic: TrafficSide;
}

/**
 * What a further `pulumi up --refresh` would do to what releases change: where production and test traffic go, the task
 * definition, the target group, the count.
 *
 * @param recorder the program, run anew
 * @param heeding whether what the program ignores is left alone; without, it is seen what the ignoring is for
 */
export function proposals(recorder: Recorder, { stack, traffic }: LiveStack, heeding = true): Proposal[] {
  const { service } = stack;
  const found: Proposal[] = [];
  const compare = (resource: GraphResource, property: string, wanted: unknown, live: unknown, apply: () => void) => {
    const [one, other] = [JSON.stringify(wanted), JSON.stringify(live)];
    if (one === other || (heeding && resource.ignoreChanges.includes(property))) return;
    const text = `${resource.name}: ${property} from ${other} to ${one}`;
    found.push({ arn: String(resource.outputs.arn), property, text, apply });
  };
  const { loadBalancer } = traffic;
  const compareActions = (resource: GraphResource, property: string, set: (actions: readonly Action[]) => void) => {
    const wanted = resource.outputs[property] as readonly Action[];
    const live = loadBalancer.describeActions(String(resource.outputs.arn));
    if (live.length > 0) compare(resource, property, shares(wanted), shares(live), () => set(wanted));
  };

  for (const listener of recorder.all("aws:lb/listener:Listener")) {
    const arn = String(listener.outputs.arn);
    compareActions(listener, "defaultActions", (actions) => loadBalancer.modifyListener(arn, actions));
  }
  for (const rule of recorder.all("aws:lb/listenerRule:ListenerRule")) {
    const arn = String(rule.outputs.arn);
    compareActions(rule, "actions", (actions) => loadBalancer.modifyRule(arn, actions));
  }
  for (const resource of recorder.all("aws:ecs/service:Service")) {
    const { taskDefinition, loadBalancers, desiredCount } = resource.outputs as unknown as ServiceOutputs;
    const primary = service.primaryTaskSet;
    const refused = () => {
      throw new Error("InvalidParameterException: only a deployment of the service's controller may change this");
    };
    compare(resource, "desiredCount", desiredCount, service.desiredCount, () =>
      service.updateDesiredCount(desiredCount),
    );
    compare(resource, "taskDefinition", taskDefinition, primary?.taskDefinition, refused);
    compare(resource, "loadBalancers", loadBalancers[0]?.targetGroupArn, primary?.targetGroup.arn, refused);
  }
  return found;
}

interface ServiceOutputs {
  readonly taskDefinition: string;
  readonly desiredCount: number;
  readonly loadBalancers: readonly { readonly targetGroupArn: string }[];
}

/** The target groups that get something, with their weights. */
function shares(actions: readonly Action[]) {
  return targetGroupWeights(routingAction(actions)).filter(({ weight }) => weight > 0);
}
