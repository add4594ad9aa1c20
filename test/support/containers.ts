import assert from "node:assert/strict";
import { type Graph, its, releaseTemplate } from "./graph";

export type Container = Readonly<Record<string, unknown>> & { readonly name: string };

/** The containers of the first revision, which are those of the release template but for the app's image. */
export function containers(graph: Graph): Container[] {
  const { containerDefinitions } = graph.recorder.find("aws:ecs/taskDefinition:TaskDefinition").inputs;
  const [app, ...others] = JSON.parse(containerDefinitions as string) as Container[];
  const template = JSON.parse(releaseTemplate(graph)["taskdef.json"]!) as { containerDefinitions: Container[] };
  assert.deepEqual(template.containerDefinitions, [{ ...app, image: "<IMAGE1_NAME>" }, ...others]);
  return [app!, ...others];
}

/** The log of a container that ECS itself writes. */
export const log = (graph: Graph, container: string) => ({
  logDriver: "awslogs",
  options: {
    "awslogs-group": its(graph, "aws:cloudwatch/logGroup:LogGroup", "greenlight-dev", "name"),
    "awslogs-region": "eu-central-1",
    "awslogs-stream-prefix": container,
  },
});
