import type { AppOptions } from "../options";

type Settings = Readonly<Record<string, string | undefined>>;

/**
 * The settings that stand for what a person said of the app on the command line; they take the place of the stack file's.
 *
 * @param written the stack's settings as texts, `greenlight:cpu` to `256`
 */
export function optionSettings(
  options: AppOptions & { readonly appDirectory?: string | undefined },
  written: Settings,
) {
  const { appDirectory, environment, containerPort, healthPath } = options;
  const changed: Record<string, string | undefined> = {};
  if (appDirectory !== undefined) changed["greenlight:appDirectory"] = appDirectory;
  if (containerPort !== undefined) changed["greenlight:containerPort"] = String(containerPort);
  const within = (name: string, change: (fields: Record<string, unknown>) => Record<string, unknown>) => {
    const key = `greenlight:${name}`;
    const fields = fieldsOf(written[key]);
    // What the file says is wrong, and the check of the settings says so.
    if (fields !== undefined) changed[key] = JSON.stringify(change(fields));
  };
  if (healthPath !== undefined) within("healthCheck", (fields) => ({ ...fields, path: healthPath }));
  if (environment !== undefined) {
    within("environment", (fields) => ({ ...fields, ...environment }));
    // A variable is either plain or a secret, and here its value is known.
    if (written["greenlight:secrets"] !== undefined)
      within("secrets", (fields) =>
        Object.fromEntries(Object.entries(fields).filter(([name]) => !(name in environment))),
      );
  }
  return changed;
}

/** An object's fields; none where there is no setting. Undefined where it is no object. */
function fieldsOf(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
