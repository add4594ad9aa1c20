import type { Tag } from "@aws-sdk/client-ecs";
import type { RegisteredTaskDefinition } from "../codepipeline/fill-template";
import type { Timeline } from "../events";
import { deniedMistakes, type Granted } from "./granted";

/** A revision of a task definition. */
export interface Revision {
  readonly arn: string;
  /** The name of its tasks for people: `v2` of revision 2. */
  readonly label: string;
  readonly definition: RegisteredTaskDefinition;
  readonly tags: readonly Tag[];
}

/** What RegisterTaskDefinition has made so far. */
export class TaskDefinitions {
  private readonly revisions = new Map<string, Revision>();

  /**
   * @param first ARN of the service's first revision, whose account and region the others have
   * @param granted what an app's own task definitions are limited to; undefined where they are not the app's own
   */
  constructor(
    private readonly first: string,
    private readonly timeline: Timeline,
    private readonly granted?: Granted,
  ) {}

  /** @throws Error with everything that the stack's roles do not allow */
  register(definition: RegisteredTaskDefinition, tags: readonly Tag[] = []): Revision {
    const denied = this.granted ? deniedMistakes(definition, this.granted) : [];
    if (denied.length > 0) throw new Error(denied.join(" "));
    const revision = this.revisions.size + 1;
    const name = `${definition.family}:${revision}`;
    const arn = `${this.first.slice(0, this.first.lastIndexOf("/"))}/${name}`;
    const registered = { arn, label: `v${revision}`, definition, tags };
    this.revisions.set(arn, registered);
    const detail = { arn, ...definition };
    this.timeline.emit("ecs", "task-definition.registered", `task definition ${name} registered`, detail);
    return registered;
  }

  /** By its ARN, or `family:revision`; undefined if there is none. */
  find(name: string | undefined): Revision | undefined {
    return [...this.revisions.values()].find(({ arn }) => arn === name || arn.endsWith(`/${name}`));
  }
}
