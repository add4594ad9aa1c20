import { existsSync } from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { nameProblems } from "../../components/limits";
import type { Problem } from "../../components/problems";
import type { Given } from "../schema";

/** What the stack is called, and where its first image comes from. */
export const app = {
  name: z.string().optional(),
  appDirectory: z.string().default("./app"),
  firstImage: z.string().min(1).optional(),
};

export function appProblems({ name, appDirectory = "./app", firstImage }: Given): Problem[] {
  const problems = name === undefined ? [] : nameProblems("name", name);
  if (firstImage !== undefined || existsSync(path.join(appDirectory, "Dockerfile"))) return problems;
  const message = `${appDirectory} has no Dockerfile; name the app's folder, or the first image in firstImage.`;
  return [...problems, { path: "appDirectory", message }];
}
