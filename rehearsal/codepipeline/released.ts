import type { Timeline } from "../events";
import type { PipelineAction } from "../graph/resources";
import { inputArtifact } from "./artifacts";
import type { Artifact, PipelineExecution } from "./pipeline";

/** What stacks say in S3 that they have released: this one, and the one before it. */
export class Released {
  private readonly objects = new Map<string, Artifact>();

  constructor(private readonly timeline: Timeline) {}

  /** The pipeline's action that says it. Source: CodePipeline user guide, action-reference-S3Deploy. */
  publish({ configuration, inputArtifacts: [input = ""] = [] }: PipelineAction, execution: PipelineExecution): void {
    const { BucketName = "", ObjectKey = "" } = configuration;
    this.put(BucketName, ObjectKey, inputArtifact(execution, input));
  }

  put(bucket: string, key: string, artifact: Artifact): void {
    this.objects.set(`${bucket}/${key}`, artifact);
    const image = artifact.file("imageDetail.json")?.toString("utf8").trim();
    this.timeline.emit("s3", "released", `${bucket}/${key} says what was released: ${image}`, { bucket, key, image });
  }

  /** @throws Error, as CodePipeline does, where nothing has been released yet */
  get(bucket: string, key: string): Artifact {
    const artifact = this.objects.get(`${bucket}/${key}`);
    if (artifact) return artifact;
    throw new Error(`there is no ${key} in the bucket ${bucket}; the stack before has released nothing yet`);
  }
}
