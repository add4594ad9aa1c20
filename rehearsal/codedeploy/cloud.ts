import { BlueGreen, type BlueGreenProps } from "../blue-green/blue-green";
import type { HookVerdicts } from "./hook-verdicts";
import type { LifecycleEvent } from "./lifecycle";
import type { DeploymentOperations, HookEnd } from "./operations";

export interface DeploymentCloudProps extends BlueGreenProps {
  /** Function names by lifecycle event. */
  readonly hooks: Readonly<Record<string, string>>;
  readonly verdicts: HookVerdicts;
  readonly invoke: (functionName: string, event: unknown, signal: AbortSignal) => Promise<string>;
}

/** The cloud of one deployment: what outlives its controller. */
export class DeploymentCloud extends BlueGreen<DeploymentCloudProps> implements DeploymentOperations {
  private readonly endings = new Map<string, string>();
  private readonly givenUp = new Map<string, AbortController>();
  private ready: { readonly continued: Promise<void>; continue(): void } | undefined;
  private isContinued = false;

  /** ContinueDeployment; nothing unless the deployment is `Ready`. */
  continue(): void {
    this.ready?.continue();
  }

  greenIsSteady(): Promise<void> {
    return this.existingGreen().whenSteady();
  }

  invokeHook({ event, executionId }: { readonly event: LifecycleEvent; readonly executionId: string }): void {
    const { id, hooks, verdicts, invoke, signal } = this.props;
    verdicts.open(id, executionId);
    const givenUp = this.givenUp.get(executionId) ?? new AbortController();
    this.givenUp.set(executionId, givenUp);
    this.endings.set(executionId, "it still runs");
    const payload = { DeploymentId: id, LifecycleEventHookExecutionId: executionId };
    // What the function itself returns or throws is no verdict.
    invoke(hooks[event]!, payload, AbortSignal.any([signal, givenUp.signal])).then(
      (text) => this.endings.set(executionId, text),
      (error: Error) => this.endings.set(executionId, error.message),
    );
  }

  hookVerdict({ executionId }: { readonly executionId: string }) {
    return this.props.verdicts.verdict(executionId);
  }

  closeHook({ executionId }: { readonly executionId: string }): HookEnd {
    const verdict = this.props.verdicts.close(executionId);
    const ending = this.endings.get(executionId)!;
    if (verdict === undefined) this.givenUp.get(executionId)!.abort(new Error("nobody waits for its verdict any more"));
    return verdict === undefined ? { ending } : { verdict, ending };
  }

  continued(): Promise<void> {
    this.ready ??= this.becomeReady();
    return this.ready.continued;
  }

  closeReady(): boolean {
    this.ready = undefined;
    return this.isContinued;
  }

  private becomeReady() {
    let resolve!: () => void;
    const continued = new Promise<void>((given) => (resolve = given));
    return {
      continued,
      continue: () => {
        this.isContinued = true;
        resolve();
      },
    };
  }
}
