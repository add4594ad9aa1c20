import { routingAction, targetGroupWeights } from "../load-balancer/actions";
import type { LoadBalancer } from "../load-balancer/load-balancer";
import type { TargetGroup } from "../load-balancer/target-group";

/** What routes a service's requests: ARNs of listeners, whose default actions count, or of their rules. */
export interface RouteArns {
  readonly production: readonly string[];
  readonly test: readonly string[];
}

type Shares = Readonly<Record<string, number>>;

/**
 * The two routes of a service, production and test, between its two target groups. What CodeDeploy leaves on a listener,
 * and ECS on a rule, is one weighted forward to both groups, the unused one with weight 0.
 */
export class TrafficRoutes {
  constructor(
    readonly arns: RouteArns,
    private readonly loadBalancer: LoadBalancer,
    private readonly targetGroups: readonly [TargetGroup, TargetGroup],
  ) {}

  /** The target group that is not `group`. */
  other(group: TargetGroup): TargetGroup {
    const [first, second] = this.targetGroups;
    return group === first ? second : first;
  }

  /** Sends `percent` of production to `group` and the rest to the other one. */
  sendProduction(group: TargetGroup, percent: number): void {
    for (const arn of this.arns.production) this.modify(arn, group, percent);
  }

  /** Sends all test traffic to `group`. */
  sendTest(group: TargetGroup): void {
    for (const arn of this.arns.test) this.modify(arn, group, 100);
  }

  /** Percent of each route's traffic, by target group's ARN. */
  get weights(): { readonly production: Shares; readonly test: Shares } {
    return { production: this.sharesOf(this.arns.production), test: this.sharesOf(this.arns.test) };
  }

  private sharesOf([arn = ""]: readonly string[]): Shares {
    const weights = targetGroupWeights(routingAction(this.loadBalancer.describeActions(arn)));
    const total = weights.reduce((sum, { weight }) => sum + weight, 0);
    return Object.fromEntries(weights.map(({ arn: group, weight }) => [group, total && (100 * weight) / total]));
  }

  private modify(arn: string, group: TargetGroup, percent: number): void {
    const targetGroups = [
      { arn: group.arn, weight: percent },
      { arn: this.other(group).arn, weight: 100 - percent },
    ];
    const stickiness = this.stickinessOf(arn);
    const actions = [{ type: "forward" as const, forward: { targetGroups, ...(stickiness ? { stickiness } : {}) } }];
    if (arn.includes(":listener-rule/")) this.loadBalancer.modifyRule(arn, actions);
    else this.loadBalancer.modifyListener(arn, actions);
  }

  /**
   * The stickiness of the action that is there, which we take to be kept: UNSURE, AWS documents it neither of CodeDeploy nor
   * of ECS.
   */
  private stickinessOf(arn: string) {
    const action = this.loadBalancer.describeActions(arn).at(-1);
    return action?.type === "forward" ? action.forward?.stickiness : undefined;
  }
}
