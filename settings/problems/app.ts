import { existsSync } from "node:fs";
import * as path from "node:path";
import { ecs } from "../../aws-rules";
import { nameProblems } from "../../components/limits";
import type { Problem } from "../../components/problems";
import { textProblem } from "../../components/rule-problems";
import type { Given } from "../schema";

/** A name that AWS does not take, or no image to begin with. */
export function appProblems({ name, appDirectory = "./app", firstImage }: Given): Problem[] {
  const problems = [
    ...(name === undefined ? [] : nameProblems("name", name)),
    ...textProblem("firstImage", firstImage, ecs.image),
  ];
  if (firstImage !== undefined || existsSync(path.join(appDirectory, "Dockerfile"))) return problems;
  const message = `${appDirectory} has no Dockerfile; name the app's folder, or the first image in firstImage.`;
  return [...problems, { path: "appDirectory", message }];
}
