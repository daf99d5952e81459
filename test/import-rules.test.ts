import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "..");

function check(directory: string): {
  readonly status: number | null;
  readonly stderr: string;
  readonly stdout: string;
} {
  const script = join(root, "scripts", "check-imports.ts");
  return spawnSync(process.execPath, [script, directory], { encoding: "utf8" });
}

/** Files that break a rule, and what the check says of each. */
const violations = [
  {
    file: "src/sdk/planted.ts",
    text: 'import { version } from "../cloudsmith/connector-app.ts";\n',
    says: "src/sdk/planted.ts imports : belongs to no room",
  },
  {
    file: "src/sdk/sync/planted.ts",
    text: 'export { metadata } from "../../cloudsmith/connector.ts";\n',
    says: "src/sdk/sync/planted.ts imports src/cloudsmith/connector.ts: src/sdk/sync/ may not import it",
  },
  {
    file: "src/cloudsmith/planted.ts",
    text: 'const { openC1z } = await import("../sdk/c1z/reader.ts");\n',
    says: "src/cloudsmith/planted.ts imports src/sdk/c1z/reader.ts: src/cloudsmith/ may not import it",
  },
  {
    file: "src/sdk/errors.ts",
    text: 'import type { Clock } from "./clock.ts";\n',
    says: "src/sdk/errors.ts imports src/sdk/clock.ts: src/sdk/errors.ts may not import it",
  },
];

test("an import against the rules fails the check, which names it", () => {
  const copy = mkdtempSync(join(tmpdir(), "import-rules-"));
  try {
    cpSync(join(root, "src"), join(copy, "src"), { recursive: true });
    const clean = check(copy);
    assert.equal(clean.status, 0, clean.stderr);
    for (const { file, text, says } of violations) {
      const path = join(copy, file);
      const before = existsSync(path) ? readFileSync(path, "utf8") : undefined;
      writeFileSync(path, text + (before ?? ""));
      const { status, stderr } = check(copy);
      assert.equal(status, 1);
      assert.equal(stderr, `${says}\n`);
      if (before === undefined) rmSync(path);
      else writeFileSync(path, before);
    }
  } finally {
    rmSync(copy, { recursive: true });
  }
});

test("a directory without any file is no success", () => {
  const empty = mkdtempSync(join(tmpdir(), "import-rules-"));
  try {
    assert.equal(check(empty).status, 1);
  } finally {
    rmSync(empty, { recursive: true });
  }
});

/** Text in backquotes that is a path of this repository: it has a slash or a known ending, and nothing but path characters. */
function pathsNamed(markdown: string): readonly string[] {
  const quoted = [...markdown.matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text);
  const rooms = /^(?:\.\/)?(?:src|sandbox|scripts|test|bench|docs|proto|bin|tools|types|\.ci)\//;
  return quoted.filter((text) => rooms.test(text) && /^[\w./-]+$/.test(text));
}

test("every path that ARCHITECTURE.md names exists", () => {
  const named = pathsNamed(readFileSync(join(root, "ARCHITECTURE.md"), "utf8"));
  assert.ok(named.length > 10, `${named.length} paths found`);
  assert.deepEqual(
    named.filter((path) => !existsSync(join(root, path))),
    [],
  );
});
