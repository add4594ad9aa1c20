import { Cron } from "croner";

/** What is wrong with a cron expression that begins with seconds; undefined where it has a moment that is to come. */
export function cronMistake(cron: string): string | undefined {
  try {
    const next = new Cron(cron.replaceAll("?", "*"), { paused: true }).nextRun();
    return next ? undefined : "has no moment that is to come";
  } catch (error) {
    return `is no cron expression (${(error as Error).message.replace(/^\w+: /, "")})`;
  }
}

/** Whether it is a zone's name, like Europe/Berlin. */
export function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return true;
  } catch {
    return false;
  }
}
