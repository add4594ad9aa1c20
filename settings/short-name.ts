import { createHash } from "node:crypto";
import { longestNameLength, nameProblems } from "../components/limits";

/** `text` if AWS takes it everywhere, else its beginning and a digest of the whole, so that two names stay two. */
export function shortName(text: string): string {
  if (nameProblems("name", text).length === 0) return text;
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^([-0-9]|internal-)+/, "");
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 6);
  const beginning = plain.slice(0, longestNameLength - digest.length - 1).replace(/-$/, "");
  return `${beginning || "stack"}-${digest}`;
}
