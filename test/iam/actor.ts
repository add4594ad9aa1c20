import { account } from "../../rehearsal/graph/aws-outputs";
import type { Policy, Stack } from "./stack";

/** Calls of one kind: each of the actions, on each of the resources. */
export interface Calls {
  readonly actions: readonly string[];
  /** ARNs; `*` where AWS knows no resource for the action. */
  readonly on: readonly string[];
  /** What AWS tells of the request besides; each value is a call of its own. @default nothing but TLS */
  readonly context?: Readonly<Record<string, string>>;
  readonly why: string;
  /** Where AWS documents the call, or the code of ours that makes it. */
  readonly source: string;
}

/** Who calls AWS in a release. */
export interface Actor {
  readonly name: string;
  /** What it does in a release, for docs/iam.md. */
  readonly does: string;
  /** The AWS service that assumes the role, or that calls by its own name. */
  readonly service: string;
  /** How the role's name ends; none where the service is allowed by policies of the resources. */
  readonly role?: string;
  /** AWS documents that the service tells for whom it assumes a role, but not of this one: a condition might lock it out. @default false */
  readonly untold?: true;
  /** What it is allowed by policies that are not the stack's. @default nothing */
  readonly identity?: Policy;
  /** Whether a call of its own leaves from the stack's network. @default none does */
  readonly inNetwork?: (call: Call) => boolean;
  /** Every call that it makes in a release of this stack. */
  readonly calls: (stack: Stack) => readonly Calls[];
  /** Calls that it must never make, besides those that only others make; they show what conditions are for. */
  readonly never?: (stack: Stack) => readonly Calls[];
}

/** One request to AWS. */
export interface Call {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string>>;
  readonly why: string;
}

export function each(calls: readonly Calls[]): Call[] {
  return calls.flatMap(({ actions, on, context = {}, why }) =>
    actions.flatMap((action) => on.map((resource) => ({ action, resource, context, why }))),
  );
}

/** The account that a call's resource belongs to; the ARNs of buckets name none. */
export function ownerOf({ resource, context }: Pick<Call, "resource" | "context">, home: string): string {
  return context["aws:ResourceAccount"] ?? (resource.split(":")[4] || home);
}

/** What makes two calls the same to IAM. */
export function key({ action, resource, context }: Call): string {
  return [action, resource, ...Object.entries(context).map((pair) => pair.join("="))].join(" ");
}

/** Allows everything: so other policies alone decide. */
export const anything: Policy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};

export const ours = { "aws:SourceAccount": account };
export const stranger = "999999999999";
