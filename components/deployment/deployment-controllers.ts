import type * as pulumi from "@pulumi/pulumi";
import { CodeDeploy, type CodeDeployArgs, codeDeployBirth } from "./code-deploy";
import type { ControllerType } from "./controller-type";
import type { DeploymentController, ReleasedService, ServiceBirth } from "./deployment-controller";
import { EcsDeployments, type EcsDeploymentsArgs } from "./ecs-deployments";
import { EcsRoutes } from "./ecs-routes";
import type { BlueGreenLoadBalancer } from "../load-balancer/load-balancer";
import { routeRules } from "../load-balancer/route-rules";

/** How releases go; each controller takes what it knows. */
export type ReleaseArgs = Omit<CodeDeployArgs & EcsDeploymentsArgs, keyof ReleasedService | "routes" | "rules">;

/** What a controller does for a service, before and after the service is there. */
interface Control {
  readonly birth: ServiceBirth;
  take(service: ReleasedService): DeploymentController;
}

type Controllers = Record<
  ControllerType,
  (
    name: string,
    args: ReleaseArgs,
    loadBalancer: BlueGreenLoadBalancer,
    opts: pulumi.ComponentResourceOptions,
  ) => Control
>;

/** The one place where the two controllers part. */
export const deploymentControllers: Controllers = {
  CODE_DEPLOY: (name, args, loadBalancer, opts) => {
    const rules = loadBalancer.share && routeRules(name, loadBalancer, loadBalancer.forwardToBlue, opts);
    return {
      birth: codeDeployBirth(loadBalancer, rules),
      take: (service) => new CodeDeploy(name, { ...args, ...service, rules }, opts),
    };
  },
  ECS: (name, args, loadBalancer, opts) => {
    const routes = new EcsRoutes(name, loadBalancer, opts);
    return {
      birth: routes.birth,
      take: (service) => new EcsDeployments(name, { ...args, ...service, routes }, opts),
    };
  },
};
