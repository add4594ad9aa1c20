import type { Service } from "./deployments";

/** What the stack tells the function. */
export interface Config extends Service {
  readonly pipelineName: string;
}

/** Reads the environment. Throws, naming what is missing. */
export function readConfig(): Config {
  return {
    cluster: environment("CLUSTER_NAME"),
    service: environment("SERVICE_NAME"),
    pipelineName: environment("PIPELINE_NAME"),
  };
}

function environment(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is not set`);
  return value;
}
