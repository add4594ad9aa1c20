/**
 * Statements of resources' own policies that allow something without a condition, each with the reason. Roles' trust
 * is judged in trust.ts, endpoints' policies in endpoints.ts.
 */
export const unconditional: Readonly<Record<string, string>> = {
  AccountsOwnPolicies: "leaves the key to the account's own IAM policies, as KMS' default policy does",
  EventRules: "AWS supports no such condition in the key's policy; the topic's policy has it",
  FindRelease: "names the accounts that may promote; which of their roles, they say themselves",
  Promotion: "names the accounts that may promote; which of their roles, they say themselves",
  ReadRelease: "names the accounts that may promote; which of their roles, they say themselves",
};
