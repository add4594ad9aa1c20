import type { Recorder } from "../rehearsal/graph/recorder";
import type { Item } from "./item";
import { items } from "./items";
import type { Prices, Usage } from "./prices";

export interface Line extends Item {
  /** Of one unit, USD. */
  readonly unitUsd: number;
  readonly usd: number;
  readonly unsure: boolean;
}

export interface Estimate {
  readonly lines: readonly Line[];
  readonly usd: number;
  /** Types of resources that nobody said the cost of. */
  readonly unknownTypes: readonly string[];
}

/** Types with lines of their own, and types that cost nothing by themselves or next to nothing. */
const knownTypes = [
  /^aws:(ecs|lb|kms|appautoscaling|iam|ec2\/securityGroup|ec2\/vpcEndpoint|vpc\/securityGroup|acm|sns|chatbot)/,
  /^aws:(cloudwatch|codebuild|codeconnections|codedeploy|codepipeline|codestarnotifications|ecr|lambda|route53|s3|wafv2)/,
  /^(awsx:ec2:Vpc|docker:|greenlight:|pulumi:)/,
];

/** What a month of these resources costs. */
export function estimate(recorder: Recorder, prices: Prices, usage: Usage): Estimate {
  const lines = items(recorder, usage).map((item) => priced(item, prices));
  const types = new Set(recorder.resources.map(({ type }) => type));
  return {
    lines,
    usd: lines.reduce((sum, { usd }) => sum + usd, 0),
    unknownTypes: [...types].filter((type) => !knownTypes.some((known) => known.test(type))),
  };
}

function priced(item: Item, prices: Prices): Line {
  const price = prices[item.price];
  const share = item.share && prices[item.share];
  const unitUsd = price.usd * (share?.usd ?? 1);
  return { ...item, unitUsd, usd: item.quantity * unitUsd, unsure: price.unsure || (share?.unsure ?? false) };
}
