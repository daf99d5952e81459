/** Words that say less than they seem to: pictures of rooms and furniture, and old ways to say "who" and "how it ended". */
import type { SourceFile, Violation } from "./source-files.ts";

const words =
  /\b(?:workshops?|desks?|doors?|lent|fragile|whoever|of which nothing)\b|\bwhat (?:a run|it|they|a sync) came to\b/gi;

/** The words in a text, with their lines, from 1. */
export function unplainWords(text: string): readonly { readonly line: number; readonly word: string }[] {
  return text
    .split("\n")
    .flatMap((content, index) => [...content.matchAll(words)].map(([word]) => ({ line: index + 1, word })));
}

/** Such words in code and comments. This file and its test must name them. */
export function plainWords(files: readonly SourceFile[]): readonly Violation[] {
  return files
    .filter(({ path }) => path !== "scripts/rules/plain-words.ts" && path !== "test/rules.test.ts")
    .flatMap(({ path, text }) =>
      unplainWords(text).map(({ line, word }) => ({
        file: path,
        problem: `line ${line} says ${JSON.stringify(word)}`,
      })),
    );
}
