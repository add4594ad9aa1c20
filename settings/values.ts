import { z } from "zod";
import { type TextRule, textMistake } from "../aws-rules";

/** Kinds of values that several settings take. Their limits are judged by the components, which are also used without settings. */
export const whole = z.number().int();
export const cpuArchitecture = z.enum(["X86_64", "ARM64"]);
export const texts = z.array(z.string());

/** Text that AWS takes, judged although its neighbours are of the wrong type. */
export function text(rule: TextRule) {
  return z.string().check(({ value, issues }) => {
    const message = textMistake(rule, value);
    if (message !== undefined) issues.push({ code: "custom", input: value, message });
  });
}
