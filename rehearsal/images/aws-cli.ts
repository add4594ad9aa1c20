// The `aws` of a rehearsed build: Amazon ECR on disk. Bundled to one file, so that it starts quickly.
import { parseArgs } from "node:util";
import type { ImageDetail } from "./image-store";
import { ImageStore, RegistryError } from "./image-store";
import { loginPassword } from "./login";
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

const supported = "This stand-in performs: aws --version, aws ecr get-login-password, aws ecr describe-images.";

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
      return describeImages(new ImageStore(settings.storeDirectory), region, values);
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
      },
    });
  } catch (error) {
    throw new CliError(252, `aws: error: ${(error as Error).message}\n${supported}`);
  }
}

async function describeImages(store: ImageStore, region: string, values: Values): Promise<string> {
  const name = values["repository-name"];
  if (!name) throw new CliError(252, "aws: error: the following arguments are required: --repository-name");
  const [id = "", ...others] = values["image-ids"] ?? [];
  const [, kind, value = ""] = /^(imageTag|imageDigest)=(\S+)$/.exec(id) ?? [];
  if (kind === undefined || others.length > 0) {
    throw new CliError(252, `aws: error: this stand-in takes one --image-ids imageTag=… or imageDigest=…, not "${id}"`);
  }
  const uri = await store.findRepository(name, region);
  const detail = await store.describe(`${uri}${kind === "imageTag" ? ":" : "@"}${value}`);
  return format(detail, values.query, values.output ?? "json");
}

function format(detail: ImageDetail, query: string | undefined, output: string): string {
  if (query !== undefined && query !== "imageDetails[0].imageDigest") {
    throw new CliError(252, `aws: error: this stand-in knows --query imageDetails[0].imageDigest, not "${query}"`);
  }
  if (output === "text" && query !== undefined) return detail.imageDigest;
  if (output === "json")
    return JSON.stringify(query === undefined ? { imageDetails: [detail] } : detail.imageDigest, null, 4);
  throw new CliError(252, `aws: error: this stand-in prints --output json, and text for a --query; not "${output}"`);
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
