import { between, type TextRule } from "./rule";

const source = "AWS general reference, tagging; Resource Groups Tagging API, TagResources";

/** Of almost every resource. */
export const tagsOfResource = between(0, 50, source);
/** An object in S3 takes fewer. */
export const tagsOfObject = between(0, 10, "S3 user guide, object-tagging");

export const tagKey: TextRule = {
  source,
  expected: "letters, digits, spaces and _ . : / = + - @",
  pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u,
  least: 1,
  most: 128,
  refuses: (value) => (/^aws:/i.test(value) ? "keys that begin with aws: are AWS's own. Choose another." : undefined),
};

export const tagValue: TextRule = {
  source,
  expected: "letters, digits, spaces and _ . : / = + - @",
  pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u,
  least: 0,
  most: 256,
};
