/** The commands that the guides tell people to type: the shell blocks of a page, by heading. Pure but for reading the page. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const docs = join(import.meta.dirname, "..", "..", "docs");

/** The pages whose commands are run. */
export const guidePages = ["self-hosting.md", "operations.md", "connector.mdx"] as const;

/** One shell block of a page. */
export interface GuideBlock {
  readonly page: (typeof guidePages)[number];
  /** The heading above it, without marks. */
  readonly heading: string;
  /** Counted from 1 below that heading. */
  readonly number: number;
  readonly commands: string;
}

/** How a block is named in lists and reports, for example `self-hosting.md, Helm, 1`. */
export function nameOf({ page, heading, number }: Omit<GuideBlock, "commands">): string {
  return `${page}, ${heading}, ${number}`;
}

/** All shell blocks of the pages, by name. */
export function guideBlocks(): ReadonlyMap<string, GuideBlock> {
  const blocks = guidePages.flatMap((page) => blocksOf(page, readFileSync(join(docs, page), "utf8")));
  return new Map(blocks.map((block) => [nameOf(block), block]));
}

function blocksOf(page: GuideBlock["page"], text: string): readonly GuideBlock[] {
  const counts = new Map<string, number>();
  const blocks: GuideBlock[] = [];
  let heading = "";
  const parts = text.matchAll(
    /^#+ (?<title>.+)$|^(?<indent> *)```(?<language>\w*)\n(?<body>[\s\S]*?)^\k<indent>```$/gm,
  );
  for (const { groups: { title, indent = "", language, body = "" } = {} } of parts) {
    if (title !== undefined) heading = title;
    if (title !== undefined || language !== "sh") continue;
    const number = (counts.get(heading) ?? 0) + 1;
    counts.set(heading, number);
    const commands = body.replaceAll(new RegExp(`^${indent}`, "gm"), "");
    blocks.push({ page, heading, number, commands });
  }
  return blocks;
}
