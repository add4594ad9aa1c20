import { z } from "zod";

/** Kinds of values that several settings take. Their limits are the components', which are also used without settings. */
export const whole = z.number().int();
export const cpuArchitecture = z.enum(["X86_64", "ARM64"]);
export const kmsKeyArn = z.string().regex(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/, {
  error: "is not the ARN of a KMS key; expected arn:aws:kms:<region>:<account>:key/<id>, not an alias",
});
export const urlPath = z.string().startsWith("/", { error: "must begin with /" });
export const names = z.array(z.string().min(1));
