import * as pulumi from "@pulumi/pulumi";

/** One mistake in what a person wrote. */
export interface Problem {
  /** Where: the setting or argument, as it is written there (`checks[0].path`). */
  readonly path: string;
  /** What was wrong, what was expected and what to do. */
  readonly message: string;
}

/** Everything wrong with a program's settings or a component's arguments, in one error, raised before any resource is registered. */
export class InvalidInput extends pulumi.RunError {
  constructor(
    readonly subject: string,
    readonly problems: readonly Problem[],
  ) {
    const lines = problems.map(({ path, message }) => `  ${path}: ${message}`);
    super(`${subject}: ${problems.length === 1 ? "1 problem" : `${problems.length} problems`}\n${lines.join("\n")}`);
    this.name = "InvalidInput";
  }
}

/** Throws `InvalidInput` when there is any problem. */
export function refuse(subject: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InvalidInput(subject, problems);
}
