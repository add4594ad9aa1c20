import { join } from "node:path";

/** The checkout that the tests are in. */
export const checkout = join(__dirname, "../..");

/**
 * Pulumi.yaml and the stack files that tests judge. They are copies: the checkout's own belong to whoever edits them, and
 * their values must not decide a test. `.ci/stack-files` keeps both the same in this repository.
 */
export const stacksDirectory = join(checkout, "test/fixtures/stacks");
