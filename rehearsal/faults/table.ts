import type { Fault } from "./fault";
import { alarms } from "./rows/alarms";
import { build, settingsFaults } from "./rows/build";
import { ecsHook } from "./rows/ecs-hook";
import { health } from "./rows/health";
import { hook } from "./rows/hook";
import { loadBalancer } from "./rows/load-balancer";
import { people } from "./rows/people";
import { releaseFiles } from "./rows/release-files";
import { pushes } from "./rows/pushes";
import { rollback } from "./rows/rollback";
import { ups } from "./rows/up";

/** What can go wrong in a release, each injected for real; a topic a file. */
export const faults: readonly Fault[] = [
  ...settingsFaults,
  ...build,
  ...releaseFiles,
  ...alarms,
  ...health,
  ...hook,
  ...ecsHook,
  ...people,
  ...pushes,
  ...rollback,
  ...ups,
  ...loadBalancer,
];
