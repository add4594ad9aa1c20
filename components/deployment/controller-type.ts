/** Who releases a service: AWS CodeDeploy, or Amazon ECS itself. Source: ECS API, DeploymentController. */
export const controllerTypes = ["CODE_DEPLOY", "ECS"] as const;
export type ControllerType = (typeof controllerTypes)[number];
