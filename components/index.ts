export { BlueGreenEcsService } from "./blue-green-ecs-service";
export type { BlueGreenEcsServiceArgs } from "./blue-green-ecs-service-args";
export { DeployPipeline, type DeployPipelineArgs } from "./deploy-pipeline";
export { GreenTestHook, type GreenTestHookArgs } from "./green-test-hook";
export { type FirstImageArgs, ImageRepository, type ImageRepositoryArgs } from "./image-repository";
export type { HealthCheck } from "./load-balancer";
export { createNetwork, type Network } from "./network";
export { Notifications, type NotificationsArgs } from "./notifications";
export { InvalidInput, type Problem } from "./problems";
