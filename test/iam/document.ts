import type { Actor } from "./actor";
import { actors, actorsOf } from "./actors";
import { everywhere } from "./everywhere";
import type { Stack } from "./stack";
import { told } from "./trust";

/** The part of docs/iam.md that the data tells: what each actor calls in any of the stacks, and where `*` stands. */
export function document(stacks: readonly Stack[]): string {
  return [...actors.map((actor) => section(actor, stacks)), wildcards(), trust()].join("\n\n");
}

function section(actor: Actor, stacks: readonly Stack[]): string {
  const { name, role, service, does } = actor;
  const by = role === undefined ? "allowed by the resources' own policies" : `with the role \`…${role}\``;
  const calls = stacks
    .filter((stack) => actorsOf(stack).includes(actor))
    .flatMap((stack) => actor.calls(stack))
    .filter(({ on }) => on.length > 0);
  const rows = new Map(
    calls.map(({ actions, why, source }) => [`${why} ${actions.join(" ")}`, row([codes(actions), why, source])]),
  );
  const table = rows.size > 0 ? [row(["Actions", "Why", "Source"]), row(["---", "---", "---"]), ...rows.values()] : [];
  return [`### ${name}`, "", `\`${service}\`, ${by}: ${does}.`, ...(table.length > 0 ? ["", ...table] : [])].join("\n");
}

function wildcards(): string {
  const rows = Object.entries(everywhere).map(([action, why]) => row([codes([action]), why]));
  return ["### Allowed on all resources", "", row(["Action", "Why"]), row(["---", "---"]), ...rows].join("\n");
}

function trust(): string {
  const services = [...new Set(actors.flatMap(({ role, service }) => (role === undefined ? [] : [service])))].sort();
  const rows = services.map((service) => row([codes([service]), told[service]?.source ?? "–"]));
  const header = [row(["Service", "Source"]), row(["---", "---"])];
  return ["### Services that tell for whom they assume a role", "", ...header, ...rows].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function codes(actions: readonly string[]): string {
  return actions.map((action) => `\`${action}\``).join(", ");
}
