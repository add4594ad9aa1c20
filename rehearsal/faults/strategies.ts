/** A way to shift traffic, and the settings of a stack that shifts so. */
export interface Strategy {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
}

const shifts = {
  "all at once": {},
  canary: { "greenlight:canary": '{"percent":10,"minutes":5}' },
  linear: { "greenlight:linear": '{"percent":20,"minutes":1}' },
};

const controllers = { CodeDeploy: {}, ECS: { "greenlight:controller": "ECS" } };

/** Every shift by every controller. */
export const strategies: readonly Strategy[] = Object.entries(controllers).flatMap(([controller, ofController]) =>
  Object.entries(shifts).map(([shift, ofShift]) => ({
    name: `${controller}, ${shift}`,
    settings: { ...ofController, ...ofShift },
  })),
);
