import {
  BlueGreenEcsService,
  createNetwork,
  DeployPipeline,
  GreenTestHook,
  ImageRepository,
  Notifications,
  VpcEndpoints,
} from "./components";
import { readSettings } from "./settings";

const settings = readSettings();
const { name } = settings;

const network = settings.network ?? createNetwork(name, settings);
const repository = new ImageRepository(name, settings);
const notifications = settings.notifications && new Notifications(name, settings.notifications);
const service = new BlueGreenEcsService(name, {
  ...settings,
  notifications,
  network,
  image: settings.firstImage ?? repository.buildFirstImage(settings),
  repositoryArn: repository.repository.arn,
});
const hook = new GreenTestHook(`${name}-test`, { ...settings, service, waitMinutes: settings.soakMinutes });
if (settings.natGateways === "none") new VpcEndpoints(name, { network, services: [service], hooks: [hook] });
const pipeline = new DeployPipeline(name, { ...settings, notifications, service, repository, hook });
/** An output that this stack has not; Pulumi warns of one that is undefined. */
const none = "none";

export const prodUrl = service.prodUrl;
export const testUrl = service.testUrl;
export const pipelineUrl = pipeline.consoleUrl;
export const connectionArn = pipeline.connectionArn ?? none;
export const connectionStatus = pipeline.connectionStatus ?? none;
export const connectionHandshakeUrl = pipeline.connectionUrl ?? none;
export const repositoryUrl = repository.repository.repositoryUrl;
export const firstImage = service.firstImage;
export const released = pipeline.released ?? none;
export const promotionBusArn = pipeline.promotionBusArn ?? none;
export const sbomBucket = pipeline.sbomBucket ?? none;
export const clusterName = service.cluster.name;
export const serviceName = service.service.name;
