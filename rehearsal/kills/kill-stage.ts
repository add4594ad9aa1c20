import { Stage } from "../faults/stage";
import type { TimelineEvent } from "../events";
import { promptHooks } from "./hooks";
import type { KilledController, Release } from "./killed-controller";
import type { Path, Refusable, StepInTrouble } from "./paths";

interface Images {
  readonly sound: string;
  readonly failing: string;
}

/** What is to go wrong in the step under way. */
interface UnderWay {
  readonly release: Release;
  readonly path: Path;
  /** Of the step, among the path's. */
  index: number;
}

/** A stack on which releases of one controller take whatever path through its machine one wants. */
export class KillStage {
  private readonly underWay: { now: UnderWay | undefined };

  private constructor(
    readonly controller: KilledController,
    readonly stage: Stage,
    private readonly images: Images,
    underWay: { now: UnderWay | undefined },
  ) {
    this.underWay = underWay;
    stage.timeline.on((event) => this.follow(event));
    this.guard();
  }

  static async set(controller: KilledController): Promise<KillStage> {
    const underWay: { now: UnderWay | undefined } = { now: undefined };
    const { name, settings, failingApp } = controller;
    const functions = promptHooks(() => troubleOf(underWay.now)?.by !== "hook");
    const stage = await Stage.set({ controller: name, settings, functions });
    try {
      const sound = await stage.buildImage({ "version.txt": "2\n" });
      const failing = await stage.buildImage(failingApp);
      return new KillStage(controller, stage, { sound, failing }, underWay);
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  /** A release that will take this path, once it is run. */
  release(path: Path): Release {
    const { sound, failing } = this.images;
    const image = path.troubles.some(({ by }) => by === "image") ? failing : sound;
    const release = this.controller.release(this.stage, image);
    this.underWay.now = { release, path, index: -1 };
    return release;
  }

  /** Does what the end of the release has left to do. */
  async finish({ blue }: Release): Promise<void> {
    this.underWay.now = undefined;
    await this.controller.finish(this.stage, blue, this.images.sound);
  }

  private follow(event: TimelineEvent): void {
    const { now } = this.underWay;
    if (!now || !isOf(event, now.release)) return;
    if (event.type === "lifecycle.started") {
      now.index++;
      const by = troubleOf(now)?.by;
      if (typeof by === "object" && "interrupt" in by) now.release.interrupt(by.interrupt);
    }
    now.release.proceed(event);
  }

  /** Has ECS and the load balancer refuse what is to be refused. A part of production may still shift. */
  private guard(): void {
    const { stack, traffic } = this.stage.rehearsal;
    const refuse = (operation: Refusable) => {
      const by = troubleOf(this.underWay.now)?.by;
      if (typeof by === "object" && "refuse" in by && by.refuse === operation)
        throw new Error("ThrottlingException: Rate exceeded");
    };
    const { routes } = traffic;
    const { service } = stack;
    const [sendProduction, sendTest] = [routes.sendProduction.bind(routes), routes.sendTest.bind(routes)];
    const makePrimary = service.updateServicePrimaryTaskSet.bind(service);
    const deleteTaskSet = service.deleteTaskSet.bind(service);
    routes.sendProduction = (group, percent) => {
      if (percent === 100) refuse("sendProduction");
      sendProduction(group, percent);
    };
    routes.sendTest = (group) => {
      refuse("sendTest");
      sendTest(group);
    };
    service.updateServicePrimaryTaskSet = (id) => {
      refuse("makePrimary");
      makePrimary(id);
    };
    service.deleteTaskSet = async (id) => {
      refuse("deleteTaskSet");
      await deleteTaskSet(id);
    };
  }
}

/** Whether the event tells of this release. */
export function isOf({ detail }: TimelineEvent, { id }: Release): boolean {
  return detail.deploymentId === id || detail.serviceDeploymentArn === id;
}

function troubleOf(now: UnderWay | undefined): StepInTrouble | undefined {
  return now?.path.troubles.find(({ index }) => index === now.index);
}
