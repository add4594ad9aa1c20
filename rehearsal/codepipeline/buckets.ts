import type { Timeline } from "../events";
import type { PipelineAction } from "../graph/resources";
import { files, inputArtifact, zipArtifact } from "./artifacts";
import type { PipelineExecution } from "./execution";

/** What lies in S3 besides what the program puts there: what pipelines deploy to it, this stack's and the one's before it. */
export class Buckets {
  private readonly objects = new Map<string, Buffer>();

  constructor(private readonly timeline: Timeline) {}

  /**
   * S3's deploy action: puts the artifact under the key as it is, or extracted, each of its files in a folder of that name.
   * Source: CodePipeline user guide, action-reference-S3Deploy and tutorials-s3deploy, "Deployment path".
   */
  deploy({ configuration, inputArtifacts: [input = ""] = [] }: PipelineAction, execution: PipelineExecution): void {
    const { BucketName = "", ObjectKey = "", Extract } = configuration;
    const artifact = inputArtifact(execution, input);
    if (Extract !== "true") return this.release(BucketName, ObjectKey, artifact.zip);
    const folder = ObjectKey === "" ? "" : `${ObjectKey}/`;
    for (const [name, content] of files(artifact)) this.put(BucketName, `${folder}${name}`, content);
  }

  /** Puts what a stack says that it has released. */
  release(bucket: string, key: string, zip: Buffer): void {
    this.objects.set(`${bucket}/${key}`, zip);
    const image = zipArtifact(zip).file("imageDetail.json")?.toString("utf8").trim();
    this.timeline.emit("s3", "released", `${bucket}/${key} says what was released: ${image}`, { bucket, key, image });
  }

  /** An object's content; undefined where there is none. */
  get(bucket: string, key: string): Buffer | undefined {
    return this.objects.get(`${bucket}/${key}`);
  }

  private put(bucket: string, key: string, content: Buffer): void {
    this.objects.set(`${bucket}/${key}`, content);
    this.timeline.emit("s3", "object.created", `${bucket}/${key} was written`, { bucket, key });
  }
}
