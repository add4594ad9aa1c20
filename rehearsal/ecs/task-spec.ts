import type { HealthCheck } from "./container-health";
import type { ListeningSocket } from "./listening-sockets";
import type { TaskOrigin } from "./start-failure";
import type { TaskAddress } from "./task-address";
import type { TaskNetwork } from "./task-network";

/** What a container image and its task definition come to on this machine. */
export interface TaskSpec {
  /** Program and arguments, given the port that it is to be reached at; the program is looked up on PATH. */
  readonly command: readonly string[] | ((port: number) => readonly string[]);
  readonly cwd: string;
  /** The task's whole environment, but for PORT, PATH and HOME. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where it is on AWS. @default nowhere: it is reached at 127.0.0.1 */
  readonly address?: TaskAddress;
  /** The port that it listens on where it runs, when that is not its port of this machine. @default PORT says it */
  readonly ownPort?: number;
  /** The network that tasks start in when they do not say. @default they stay in this machine's */
  readonly network?: TaskNetwork;
  /** It runs in a network of its own, at its address and its own port: a Unix socket for the relay that leads there. */
  readonly socketPath?: string;
  /** What it listens on. @default read from its processes */
  readonly listeningSockets?: () => Promise<readonly ListeningSocket[] | undefined>;
  /** What can be changed when it does not come up. */
  readonly origin?: TaskOrigin;
  /** What asks it to end. @default SIGTERM */
  readonly stopSignal?: NodeJS.Signals;
  /** Time between that and SIGKILL. @default 30 */
  readonly stopTimeoutSeconds?: number;
  /** The container's own. @default none, and its health is UNKNOWN */
  readonly healthCheck?: HealthCheck;
  /** Ends at once what runs elsewhere on behalf of its process, as a container does. @default nothing does */
  readonly kill?: () => Promise<void>;
}

export interface TaskProps extends TaskSpec {
  /** The task's name for people: `green-1`. */
  readonly label: string;
  readonly taskDefinitionArn: string;
}
