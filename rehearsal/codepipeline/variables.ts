type Strings = Readonly<Record<string, string>>;

/** What a run knows by `#{namespace.key}`: of itself, and what its actions so far have told. */
export type Variables = Map<string, Strings>;

/**
 * Fills the variables of an action's configuration in, as CodePipeline does before it performs the action.
 * Source: CodePipeline user guide, reference-variables.
 *
 * @throws Error naming every variable that nothing has told
 */
export function filled(configuration: Strings, variables: ReadonlyMap<string, Strings>): Strings {
  const unknown = new Set<string>();
  const fill = (text: string) =>
    text.replaceAll(/#\{([\w@-]+)\.([^}]*)\}/g, (reference, namespace: string, key: string) => {
      const value = variables.get(namespace)?.[key];
      if (value === undefined) unknown.add(`${reference} ${whyNot(namespace, variables)}`);
      return value ?? "";
    });
  const entries = Object.entries(configuration).map(([key, text]): [string, string] => [key, fill(text)]);
  if (unknown.size > 0) throw new Error(`its configuration refers to ${[...unknown].join(", and to ")}`);
  return Object.fromEntries(entries);
}

function whyNot(namespace: string, variables: ReadonlyMap<string, Strings>): string {
  const told = variables.get(namespace);
  if (told) return `(that namespace has ${Object.keys(told).join(", ") || "no variables"})`;
  return `(no action so far has that namespace; there are ${[...variables.keys()].join(", ")})`;
}
