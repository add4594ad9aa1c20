import jsep from "jsep";

/** The datapoint of each metric at one time, by its id; undefined where there is none. */
export type Datapoints = Readonly<Record<string, number | undefined>>;

/** A metric math expression at one time; undefined where it has no datapoint. */
export type MetricMath = (at: Datapoints) => number | undefined;

jsep.addBinaryOp("AND", 2);
jsep.addBinaryOp("OR", 1);

const operators: Readonly<Record<string, (left: number, right: number) => number | boolean>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "==": (left, right) => left === right,
  "!=": (left, right) => left !== right,
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
  ">": (left, right) => left > right,
  ">=": (left, right) => left >= right,
  "&&": (left, right) => left !== 0 && right !== 0,
  "||": (left, right) => left !== 0 || right !== 0,
  AND: (left, right) => left !== 0 && right !== 0,
  OR: (left, right) => left !== 0 || right !== 0,
};

/**
 * Reads arithmetic, comparisons, AND, OR, IF and FILL of metrics and numbers, which is as much of metric math as can be worked
 * out datapoint by datapoint. A metric without a datapoint counts as 0 where another has one; a division by zero gives
 * none. What FILL fills has a datapoint at every time. Source: CloudWatch user guide, using-metric-math.
 *
 * @param ids the metrics and expressions that it may refer to
 * @throws Error for anything else
 */
export function metricMath(expression: string, ids: readonly string[]): MetricMath {
  const refuse = (what: string): never => {
    throw new Error(`the expression "${expression}": ${what}`);
  };
  const used = new Set<string>();
  let fills = false;
  const metric = (node: jsep.Expression): string => {
    const { type, name } = node as jsep.Identifier;
    if (type !== "Identifier") return refuse("the rehearsal fills a metric only, and by a number");
    if (!ids.includes(name)) refuse(`${name} is no id of it; there are ${ids.join(", ") || "none"}`);
    used.add(name);
    return name;
  };
  const compile = (node: jsep.Expression): ((at: Datapoints) => number | undefined) => {
    const it = node as jsep.CoreExpression;
    if (it.type === "Literal" && typeof it.value === "number") return constant(it.value);
    if (it.type === "Identifier") {
      const id = metric(it);
      return (at) => at[id] ?? 0;
    }
    if (it.type === "UnaryExpression" && it.operator === "-") return negate(compile(it.argument));
    if (it.type === "BinaryExpression") {
      const operate = operators[it.operator] ?? refuse(`the rehearsal has no operator ${it.operator}`);
      return both(compile(it.left), compile(it.right), operate);
    }
    const callee = it.type === "CallExpression" ? (it.callee as jsep.Identifier).name : undefined;
    if (it.type === "CallExpression" && callee === "IF" && it.arguments.length === 3) {
      const [condition, whenTrue, otherwise] = it.arguments.map(compile);
      return (at) => (condition!(at) ? whenTrue!(at) : otherwise!(at));
    }
    if (it.type === "CallExpression" && callee === "FILL" && it.arguments.length === 2) {
      const [filled, filling] = it.arguments as [jsep.Expression, jsep.Literal];
      const id = metric(filled);
      const value = filling.value;
      if (typeof value !== "number") return refuse("the rehearsal fills a metric only, and by a number");
      fills = true;
      return (at) => at[id] ?? value;
    }
    return refuse(
      `the rehearsal has no ${callee === undefined ? it.type : `function ${callee}`}; it has arithmetic, comparisons, AND, OR, IF of three and FILL of two`,
    );
  };
  const compiled = compile(parse(expression, refuse));
  // A number without a metric in it has no times at which it would be a datapoint.
  return (at) => (fills || [...used].some((id) => at[id] !== undefined) ? compiled(at) : undefined);
}

function parse(expression: string, refuse: (what: string) => never): jsep.Expression {
  try {
    return jsep(expression);
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function constant(value: number): MetricMath {
  return () => value;
}

function negate(compiled: MetricMath): MetricMath {
  return both(constant(0), compiled, (zero, value) => zero - value);
}

function both(
  left: MetricMath,
  right: MetricMath,
  operate: (left: number, right: number) => number | boolean,
): MetricMath {
  return (at) => {
    const [one, other] = [left(at), right(at)];
    if (one === undefined || other === undefined) return undefined;
    const result = Number(operate(one, other));
    return Number.isFinite(result) ? result : undefined;
  };
}
