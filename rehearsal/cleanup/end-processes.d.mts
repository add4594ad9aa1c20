/**
 * Kills every process of this user in whose environment all of these variables stand, and what these have started; waits
 * until they are gone. Resolves with those that are not gone in time, each as its id and command.
 */
export function endProcesses(
  variables: Readonly<Record<string, string>>,
  options?: { readonly patienceMs?: number },
): Promise<string[]>;
