import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type LockedPackages, missingOptionalPackages } from "../scripts/complete-lock.ts";

const root = join(import.meta.dirname, "..");

test("the lock file has every package for every machine, so that npm ci accepts it (npm run complete:lock adds them)", () => {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as { packages: LockedPackages }; // npm's
  assert.deepEqual(missingOptionalPackages(lock.packages), {});
});

test("a package that the lock file lacks is added for the machines that its name says", () => {
  const missing = missingOptionalPackages({
    "node_modules/tool": {
      dev: true,
      optionalDependencies: {
        "@tool/linux-x64-musl": "1.0.0",
        "@tool/win32-arm64-msvc": "1.0.0",
        "@tool/linux-x64": "1.0.0",
      },
    },
    "node_modules/@tool/linux-x64": { version: "1.0.0", optional: true },
  });
  assert.deepEqual(missing, {
    "node_modules/@tool/linux-x64-musl": {
      version: "1.0.0",
      dev: true,
      optional: true,
      os: ["linux"],
      cpu: ["x64"],
      libc: ["musl"],
    },
    "node_modules/@tool/win32-arm64-msvc": {
      version: "1.0.0",
      dev: true,
      optional: true,
      os: ["win32"],
      cpu: ["arm64"],
    },
  });
});
