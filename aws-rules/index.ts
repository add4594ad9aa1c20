/**
 * What AWS takes in the fields that this program fills, each rule with its source. Settings, components, the rehearsal and
 * the tests' stand-in for AWS judge by these. Nothing here imports anything from outside this folder.
 */
export * as arns from "./arns";
export * as cloudWatch from "./cloud-watch";
export * as codeBuild from "./code-build";
export * as codeDeploy from "./code-deploy";
export * as codePipeline from "./code-pipeline";
export * as ecs from "./ecs";
export * as elb from "./elastic-load-balancing";
export * as http from "./http";
export * as names from "./names";
export * as tags from "./tags";
export { taskDefinitionMistakes } from "./task-definition";
export type { Json } from "./json";
export { type NumberRule, numberMistake, type TextRule, textMistake } from "./rule";
