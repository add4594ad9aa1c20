import * as pulumi from "@pulumi/pulumi";
import { ecs } from "../../aws-rules";
import type { Problem } from "../problems";

const parts = ["environment", "secrets", "container", "sidecars", "logRouter", "openTelemetry"] as const;

/** A task definition that is larger than ECS takes, by its plain texts alone. */
export function taskSizeProblems(task: { readonly [part in (typeof parts)[number]]?: unknown }): Problem[] {
  const bytes = plainBytes(parts.map((part) => task[part]));
  const { most } = ecs.taskDefinitionBytes;
  if (bytes <= most) return [];
  const way = "Move long values into the image, or into a secret or a parameter";
  return [
    { path: "environment", message: `comes to ${bytes} bytes with the rest of the task; ECS takes ${most}. ${way}.` },
  ];
}

/** Of names and texts; what is known only later does not count. */
function plainBytes(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [key, one]) => sum + (Array.isArray(value) ? 0 : key.length) + plainBytes(one),
    0,
  );
}
