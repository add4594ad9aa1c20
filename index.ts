import type * as pulumi from "@pulumi/pulumi";
import {
  BlueGreenEcsService,
  createNetwork,
  DeployPipeline,
  GreenTestHook,
  ImageRepository,
  Notifications,
  SecretParameter,
  VpcEndpoints,
} from "./components";
import { readSettings } from "./settings";
import { forThisRunAlone } from "./settings/single-run";
import { encryptedOutput, encryptInputs } from "./settings/encrypted-inputs";

const settings = readSettings();
const { name } = settings;
const { inInputs: secretTexts } = settings.secretSettings;
encryptInputs(secretTexts);

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
const secretParameter = settings.runtimeSecrets && new SecretParameter(name, settings.runtimeSecrets);
const hook = new GreenTestHook(`${name}-test`, {
  ...settings,
  service,
  secretParameter,
  waitMinutes: settings.soakMinutes,
});
if (settings.natGateways === "none") new VpcEndpoints(name, { network, services: [service], hooks: [hook] });
const pipeline = new DeployPipeline(name, { ...settings, notifications, service, repository, hook, secretParameter });
/** An output of the stack, encrypted where a secret setting appears in it. */
const output = <T>(value: pulumi.Input<T>) => encryptedOutput(value, secretTexts);
/** An output that this stack has not; Pulumi warns of one that is undefined. */
const none = "none";

export const prodUrl = output(service.prodUrl);
export const testUrl = output(service.testUrl);
export const pipelineUrl = output(pipeline.consoleUrl);
export const connectionArn = output(pipeline.connectionArn ?? none);
export const connectionStatus = output(pipeline.connectionStatus ?? none);
export const connectionHandshakeUrl = output(pipeline.connectionUrl ?? none);
export const repositoryUrl = output(repository.repository.repositoryUrl);
export const firstImage = output(service.firstImage);
export const released = output<object | string>(pipeline.released ?? none);
export const promotionBusArn = output(pipeline.promotionBusArn ?? none);
export const sbomBucket = output(pipeline.sbomBucket ?? none);
export const clusterName = output(service.cluster.name);
export const serviceName = output(service.service.name);

// Pulumi deletes what a program does not register, and an inline program may run several times in one process.
module.exports = forThisRunAlone(module.exports as object);
