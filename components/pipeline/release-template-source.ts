import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BlueGreenEcsService } from "../blue-green-ecs-service";
import type { GreenTestHook } from "../green-test-hook";
import { PrivateBucket } from "../private-bucket";
import { startOnObject } from "./start-on-object";
import { zipReleaseTemplate } from "./release-template";

export interface ReleaseTemplateArgs {
  readonly service: BlueGreenEcsService;
  readonly hook?: GreenTestHook;
}

/** taskdef.json and what the controller deploys it by (appspec.yaml or service.json), rendered from the service's arguments, as a zip that CodePipeline takes as a source. */
export class ReleaseTemplate extends pulumi.ComponentResource {
  readonly bucket: PrivateBucket;
  readonly object: aws.s3.BucketObjectv2;
  private readonly name: string;

  constructor(name: string, { service, hook }: ReleaseTemplateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:index:ReleaseTemplate", name, {}, opts);
    this.name = name;
    const { controller } = service;
    this.bucket = new PrivateBucket(`${name}-template`, { expireVersionsAfterDays: 90 }, { parent: this });
    // CodePipeline learns of a new version through EventBridge.
    const notification = new aws.s3.BucketNotification(
      `${name}-template`,
      { bucket: this.bucket.bucket.bucket, eventbridge: true },
      { parent: this },
    );
    this.object = new aws.s3.BucketObjectv2(
      `${name}-template`,
      {
        bucket: this.bucket.bucket.bucket,
        key: "release-template.zip",
        contentType: "application/zip",
        // S3 takes 10 tags of an object, and the provider's default tags may be 50.
        overrideProvider: { defaultTags: { tags: {} } },
        contentBase64: pulumi
          .all([service.taskDefinitionTemplate, controller.instructions(hook?.function)])
          .apply(([taskDefinition, text]) =>
            zipReleaseTemplate(taskDefinition, { [controller.instructionsFile]: text }),
          ),
      },
      { parent: this, dependsOn: [this.bucket.versioning, notification] },
    );
    this.registerOutputs();
  }

  /** Starts a run of the pipeline whenever the template changes. */
  startOnChange(pipeline: aws.codepipeline.Pipeline): void {
    startOnObject(
      `${this.name}-template`,
      {
        pipeline,
        description: "A new release template starts the pipeline",
        bucket: this.bucket.bucket.bucket,
        key: this.object.key,
        roleName: `${this.name}-start`,
      },
      { parent: this },
    );
  }
}
