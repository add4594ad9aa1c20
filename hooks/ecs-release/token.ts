/** What one call leaves for the next, in CodePipeline's keeping. */
export interface Token {
  /** The release's revision, by which its deployment is known. */
  readonly taskDefinitionArn: string;
  readonly startedAtMs: number;
  /** Once it has been found. */
  readonly deploymentArn?: string;
  /** Once it has been asked to roll back because its run was stopped. */
  readonly stopped?: true;
}

export function writeToken(token: Token): string {
  return JSON.stringify(token);
}

/** Throws for a text that `writeToken` did not write. */
export function readToken(text: string): Token {
  const token = JSON.parse(text) as Partial<Token>;
  if (typeof token.taskDefinitionArn !== "string" || typeof token.startedAtMs !== "number") {
    throw new Error("the continuation token is not this function's");
  }
  return token as Token;
}
