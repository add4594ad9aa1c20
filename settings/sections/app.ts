import { z } from "zod";

/** What the stack is called, and where its first image comes from. */
export const app = {
  name: z.string().optional(),
  appDirectory: z.string().default("./app"),
  firstImage: z.string().optional(),
};
