import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { checkMistakes } from "../hooks/green-test/check-mistakes";
import type { HttpCheck, SecretConfig, TestHeader } from "../hooks/green-test/checks";
import type { Statement } from "./policy";
import { type Problem, refuse } from "./problems";

/** Values that the test hook and the tests' build read as they run, instead of finding them in code or variables. */
export interface SecretParameterArgs {
  /** What green must answer. @default the test hook's own checks */
  readonly checks?: pulumi.Input<readonly HttpCheck[]>;
  /** The service's test header. @default none */
  readonly testHeader?: pulumi.Input<TestHeader>;
  /** What runs the app's tests. @default the pipeline's own `tests.command` */
  readonly testCommand?: pulumi.Input<string>;
}

/** The same, known. */
export interface SecretValues extends SecretConfig {
  readonly testCommand?: string;
}

/** Bytes of a parameter's value. Source: Systems Manager API, PutParameter, "Value". */
const largestBytes = { Standard: 4096, Advanced: 8192 };

/**
 * One SecureString parameter of Systems Manager with the stack's secrets. Pulumi encrypts them in its state; AWS encrypts
 * them with the account's key `aws/ssm`, which needs no grant of its own: whoever may read the parameter may use it.
 * Source: Systems Manager user guide, sysman-paramstore-access.
 *
 * @throws InvalidInput naming every wrong argument; values that are not known yet are judged when they are.
 */
export class SecretParameter extends pulumi.ComponentResource {
  readonly parameter: aws.ssm.Parameter;
  /** What the parameter has a value for. */
  readonly holds: ReadonlySet<keyof SecretParameterArgs>;

  constructor(name: string, args: SecretParameterArgs, opts?: pulumi.ComponentResourceOptions) {
    const subject = `SecretParameter "${name}"`;
    const given = Object.entries(args).filter(([, value]) => value !== undefined);
    if (!given.some(([, value]) => pulumi.Output.isInstance(value))) refuse(subject, problemsOf(args as SecretValues));
    super("greenlight:index:SecretParameter", name, {}, opts);
    this.holds = new Set(given.map(([key]) => key as keyof SecretParameterArgs));
    const value = pulumi.secret(pulumi.output(args)).apply((known) => {
      refuse(subject, problemsOf(known));
      return parameterValue(known);
    });
    // Its size is no secret, and a preview shows what it costs.
    const tier = pulumi.unsecret(
      value.apply((text) => (bytes(text) > largestBytes.Standard ? "Advanced" : "Standard")),
    );
    this.parameter = new aws.ssm.Parameter(
      `${name}-secrets`,
      { description: "What the release reads as it runs", type: "SecureString", value, tier },
      { parent: this },
    );
    this.registerOutputs();
  }

  /** Lets a role read the parameter, and no other. */
  readBy(action: "ssm:GetParameter" | "ssm:GetParameters"): Statement {
    return { actions: [action], resources: [this.parameter.arn] };
  }
}

function problemsOf(values: SecretValues): Problem[] {
  return [...(values.checks ? checkMistakes(values.checks) : []), ...secretProblems(values)];
}

/** Whether the values are too long; also asked by the reader of the settings. */
export function secretProblems(values: SecretValues): Problem[] {
  const size = bytes(parameterValue(values));
  const message =
    `take ${size} bytes as JSON; a parameter of Systems Manager holds ${largestBytes.Advanced}. ` +
    "Shorten them, or keep those that are no secrets out of them.";
  return size > largestBytes.Advanced ? [{ path: Object.keys(values).join(", "), message }] : [];
}

/** As JSON without `{{`, which Systems Manager refuses; between its own braces JSON has none. Source: PutParameter, "Value". */
function parameterValue(values: object): string {
  return JSON.stringify(values).replaceAll("{{", "{\\u007b");
}

function bytes(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
