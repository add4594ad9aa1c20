/** A way to shift traffic, and the settings of a stack that shifts so. */
export interface Strategy {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
}

export const strategies: readonly Strategy[] = [
  { name: "all at once", settings: {} },
  { name: "canary", settings: { "greenlight:canary": '{"percent":10,"minutes":5}' } },
  { name: "linear", settings: { "greenlight:linear": '{"percent":20,"minutes":1}' } },
  { name: "ECS itself", settings: { "greenlight:controller": "ECS" } },
];
