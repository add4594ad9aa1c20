// The `aws` of a rehearsed build: Amazon ECR on disk. Bundled to one file, so that it starts quickly.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { search } from "jmespath";
import { type ImageDetail, ImageStore, RegistryError } from "./image-store";
import { loginPassword } from "./docker-config";
import { describeInRegistry } from "./registry-api";
import type { StandInSettings } from "./stand-ins";

/** Exit statuses of AWS CLI 2: 252 for a wrong command line, 253 for settings that are missing, 254 for a service's error. */
class CliError extends Error {
  constructor(
    readonly status: 252 | 253 | 254,
    message: string,
  ) {
    super(message);
  }
}

const supported =
  "This stand-in performs: aws --version, aws ecr get-login-password, aws ecr describe-images, aws ecr describe-image-scan-findings.";

async function main([settingsText = "{}", ...words]: readonly string[]): Promise<string> {
  const settings = JSON.parse(settingsText) as StandInSettings;
  const { positionals, values } = parse(words);
  if (values.version) return "aws-cli/2 (Greenlight rehearsal)";
  const region = values.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (!region)
    throw new CliError(
      253,
      'You must specify a region. You can also configure your region by running "aws configure".',
    );
  switch (positionals.join(" ")) {
    case "ecr get-login-password":
      return loginPassword(region);
    case "ecr describe-images":
      return describeImages(settings, region, values);
    case "ecr describe-image-scan-findings":
      return describeScanFindings(settings, region, values);
    default:
      throw new CliError(252, `aws: error: argument command: Invalid choice: '${positionals.join(" ")}'\n${supported}`);
  }
}

type Values = ReturnType<typeof parse>["values"];

function parse(words: readonly string[]) {
  const option = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        version: { type: "boolean" },
        region: option,
        output: option,
        query: option,
        "repository-name": option,
        "image-ids": { type: "string", multiple: true },
        "image-id": option,
        "no-paginate": { type: "boolean" },
      },
    });
  } catch (error) {
    throw new CliError(252, `aws: error: ${(error as Error).message}\n${supported}`);
  }
}

async function describeImages(settings: StandInSettings, region: string, values: Values): Promise<string> {
  const [id = "", ...others] = values["image-ids"] ?? [];
  if (others.length > 0) throw new CliError(252, "aws: error: this stand-in takes one of --image-ids");
  const detail = await describeImage(settings, region, values["repository-name"], id);
  return format({ imageDetails: [detail] }, values);
}

/** What ECR is to have found in every image, if a rehearsal has put it there; else nothing. */
async function describeScanFindings(settings: StandInSettings, region: string, values: Values): Promise<string> {
  await describeImage(settings, region, values["repository-name"], values["image-id"] ?? "");
  const found = await readFile(join(settings.storeDirectory, "scan-findings.json"), "utf8").catch(() => "[]");
  const findings = JSON.parse(found) as unknown;
  return format({ imageScanStatus: { status: "COMPLETE" }, imageScanFindings: { findings } }, values);
}

async function describeImage(
  { storeDirectory, registry }: StandInSettings,
  region: string,
  name: string | undefined,
  id: string,
): Promise<ImageDetail> {
  if (!name) throw new CliError(252, "aws: error: the following arguments are required: --repository-name");
  const [, kind, value = ""] = /^(imageTag|imageDigest)=(\S+)$/.exec(id) ?? [];
  if (kind === undefined) {
    throw new CliError(252, `aws: error: this stand-in takes an image as imageTag=… or imageDigest=…, not "${id}"`);
  }
  const version = `${kind === "imageTag" ? ":" : "@"}${value}`;
  if (registry !== undefined) return describeInRegistry(`${registry}/${name}${version}`);
  const store = new ImageStore(storeDirectory);
  return store.describe(`${await store.findRepository(name, region)}${version}`);
}

function format(answer: object, { query, output = "json" }: Values): string {
  const value: unknown = query === undefined ? answer : search(answer, query);
  if (output === "json") return JSON.stringify(value, null, 4);
  if (output === "text" && query !== undefined) return text(value);
  throw new CliError(252, `aws: error: this stand-in prints --output json, and text for a --query; not "${output}"`);
}

/** A row a line, its cells parted by tabs. Source: AWS CLI user guide, cli-usage-output-format, "Text output format". */
function text(value: unknown): string {
  if (!Array.isArray(value)) return value === null ? "None" : typeof value === "string" ? value : JSON.stringify(value);
  const rows = value.every(Array.isArray) ? value : [value];
  return rows.map((row: readonly unknown[]) => row.map(text).join("\t")).join("\n");
}

main(process.argv.slice(2)).then(
  (text) => process.stdout.write(`${text}\n`),
  (error: unknown) => {
    const isRefusal = error instanceof RegistryError;
    const message = isRefusal
      ? `An error occurred (${error.code}) when calling the DescribeImages operation: ${error.message}`
      : (error as Error).message;
    process.stderr.write(`\n${message}\n`);
    process.exitCode = error instanceof CliError ? error.status : isRefusal ? 254 : 255;
  },
);
