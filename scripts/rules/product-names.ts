/**
 * What Cloudsmith calls things is known to `src/cloudsmith` and the sandbox alone. The SDK and the reports serve any
 * connector and do not even say the product's name; the console is the face of this product and may say it.
 */
import type { SourceFile, Violation } from "./source-files.ts";

/** Fields of the API and keys of profiles that no other product has under the same name. */
const fieldNames: readonly string[] = [
  ...["slug_perm", "has_two_factor", "two_factor_enabled", "last_login_at", "last_login_method", "joined_at"],
  ...["user_url", "user_kind", "key_expires_at"],
];
const field = new RegExp(`\\b(?:${fieldNames.join("|")})\\b`, "g");
const product = /cloudsmith|\borg[-_]?slug\b/gi;

/** Rooms that may know them: the connector, what stands in for Cloudsmith, and what drives both from outside. */
const ownRooms = /^(?:src\/cloudsmith|sandbox|scripts|bench|test)\/|\.test\.tsx?$/;
const generalRooms = /^(?:src\/sdk|src\/reports)\//;

/** Names of Cloudsmith where they do not belong, and names that the connector has no more. */
export function productNames(files: readonly SourceFile[]): readonly Violation[] {
  const found = files
    .filter(({ path }) => !ownRooms.test(path))
    .map((file) => ({ file: file.path, names: namesIn(file) }))
    .filter(({ names }) => names.length > 0)
    .map(({ file, names }) => ({ file, problem: `knows what Cloudsmith calls things: ${names.join(", ")}` }));
  const connector = files.filter(({ path }) => path.startsWith("src/cloudsmith/")).map(({ text }) => text);
  const gone = fieldNames
    .filter((name) => !connector.some((text) => text.includes(name)))
    .map((name) => ({
      file: "scripts/rules/product-names.ts",
      problem: `${name} is no name of the connector any more`,
    }));
  return [...found, ...gone];
}

function namesIn({ path, text }: SourceFile): readonly string[] {
  const patterns = generalRooms.test(path) ? [field, product] : [field];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([name]) => name));
}
