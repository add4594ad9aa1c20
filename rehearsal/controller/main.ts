import type { Call, Message, Remote } from "./channel";
import { Interruption } from "./interruption";
import { Journal } from "./journal";
import { type Controller, runJournalled } from "./run-journalled";
import type { Announcer } from "./announcer";

/** Every controller's request says how fast AWS time runs. */
export interface ScaledRequest {
  /** AWS milliseconds per real millisecond. */
  readonly scale: number;
}

/** The engine's operations. */
export interface EngineOperations<Step> extends Announcer {
  /** The last step has been told; the controller's process exits. */
  end(step: Step): void;
}

/**
 * The main program of a controller's process: does what the first line of a journal asks for, from where the journal
 * ends. The process that holds the cloud names the journal; when it is gone, this one ends.
 */
export function controllerMain<Request extends ScaledRequest, Operations, Step, Outcome>(
  controllerOf: (request: Request, cloud: Remote<Operations>) => Controller<Step, Outcome>,
): void {
  const interruption = new Interruption();
  const calls = new Calls();
  const run = async (journalFile: string) => {
    const journal = Journal.open(journalFile);
    const request = journal.request as Request;
    const engine = calls.remote<EngineOperations<Step>>();
    const controller = controllerOf(request, calls.remote<Operations>());
    await engine.end(await runJournalled(controller, journal, engine, interruption, request.scale));
    process.exit();
  };
  process.on("disconnect", () => process.exit());
  process.on("message", (message: Message) => {
    if ("start" in message) void run(message.start);
    else if ("interrupt" in message) interruption.request(message.interrupt.kind, message.interrupt.reason);
    else calls.settle(message);
  });
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Calls that wait for their answer. */
class Calls {
  private readonly open = new Map<number, Waiting>();
  private last = 0;

  remote<Operations>(): Remote<Operations> {
    const get = (_: object, operation: string) => (input: unknown) => this.call(operation, input);
    return new Proxy({}, { get }) as Remote<Operations>;
  }

  settle({ answer, value, error }: Extract<Message, { answer: number }>): void {
    const { resolve, reject } = this.open.get(answer)!;
    this.open.delete(answer);
    if (error === undefined) resolve(value);
    else reject(new Error(error));
  }

  private call(operation: string, input: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = ++this.last;
      this.open.set(id, { resolve, reject });
      process.send!({ id, operation, input } satisfies Call);
    });
  }
}
