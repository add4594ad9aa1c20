import { between, type TextRule } from "./rule";

const limits = "CodePipeline user guide, limits";

/** A value of an action's or a rule's configuration. */
export const configurationValue: TextRule = {
  source: "CodePipeline API, ActionConfigurationValue",
  expected: "1 to 1000 characters",
  pattern: /^[^]*$/,
  least: 1,
  most: 1000,
};

/** What a person who approves reads. */
export const approvalMessage: TextRule = {
  ...configurationValue,
  source: "CodePipeline API, ActionConfigurationValue; user guide, reference-variables",
  refuses: (value) => {
    const [, variable = ""] =
      /#\{([^}]*)\}/.exec(value.replaceAll(/#\{(?:SourceVariables|codepipeline)\.\w+\}/g, "")) ?? [];
    return variable === "" ? undefined : `the pipeline has no variable ${variable}. Take #{${variable}} out.`;
  },
};

export const approvalTimeoutMinutes = between(5, 86_400, `${limits}, "approval action timeout"`);

/** Patterns of a trigger, a list. */
export const triggerPatterns = between(1, 8, "CodePipeline API, GitBranchFilterCriteria and GitFilePathFilterCriteria");
export const triggerPattern: TextRule = {
  source: "CodePipeline API, GitBranchNamePattern and GitFilePathPattern",
  expected: "a pattern of 1 to 255 characters",
  pattern: /^[^]*$/,
  least: 1,
  most: 255,
};

/** Rules of a stage's condition. */
export const conditionRules = between(1, 5, limits);

/** How long it follows an action, less what tasks need to start and hooks to answer. */
export const longestReleases = {
  CODE_DEPLOY: { followed: "5 days", minutes: 7080, source: `${limits}, "Action timeout"` },
  ECS: { followed: "24 hours", minutes: 1380, source: `${limits}, "Action timeout"` },
} as const;

export const githubRepository: TextRule = {
  source:
    "CodePipeline user guide, action-reference-CodestarConnectionSource; GitHub's documentation, Repository names",
  expected: "a GitHub repository as owner/name",
  pattern: /^[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9_.-]+$/,
  least: 3,
  most: 140,
  refuses: (value) =>
    value.endsWith(".git") ? "a repository's name does not end in .git. Leave the ending out." : undefined,
};

/** As git takes it. */
export const branch: TextRule = {
  source: "git check-ref-format; CodePipeline API, ActionConfigurationValue",
  expected: "a git branch, without spaces and ~ ^ : ? * [ \\",
  pattern: /^[!-)+-9;->@-Z\]_-}\u00a1-\uffff]+$/,
  least: 1,
  most: 255,
  refuses: (value) =>
    /^[/-]|\.\.|\/\/|\/$|\.$|@\{|(^|\/)\.|\.lock(\/|$)/.test(value) || value === "@"
      ? "git has no branch of this name. Use its name as git branch prints it."
      : undefined,
};
