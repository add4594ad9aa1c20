import { z } from "zod";
import { app } from "./sections/app";
import { containers } from "./sections/containers";
import { network } from "./sections/network";
import { pipeline } from "./sections/pipeline";
import { release } from "./sections/release";
import { tasks } from "./sections/tasks";
import { traffic } from "./sections/traffic";
import { upkeep } from "./sections/upkeep";

/** Every setting of a stack: its type, range and default. docs/settings.md says what each is for. */
export const schema = z.strictObject({
  ...app,
  ...pipeline,
  ...tasks,
  ...containers,
  ...traffic,
  ...release,
  ...network,
  ...upkeep,
});

export type Parsed = z.output<typeof schema>;

/** Settings of which some may be missing, because they could not be read. */
export type Given = Partial<Parsed>;
