import { z } from "zod";
import { port } from "../values";

/** What runs: the task's size, its container and its environment. */
export const tasks = {
  cpu: z.number().int().default(256),
  memoryMiB: z.number().int().default(512),
  cpuArchitecture: z.enum(["X86_64", "ARM64"]).default("X86_64"),
  containerPort: port.default(3000),
  desiredCount: z.number().int().min(1).max(5000).default(1),
  environment: z.record(z.string(), z.string()).default({}),
};
