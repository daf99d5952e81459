import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryIo } from "../../../test/support/memory-io.ts";
import { resolveConfig } from "../config/resolve.ts";
import { standardFields } from "../config/standard-fields.ts";
import { storeOptions } from "./sync-options.ts";

const fields = standardFields({ stdoutIsTty: false, nowMs: 0 });

function optionsFor(file: string) {
  const config = resolveConfig({ fields, relations: [], argv: new Map([["file", [file]]]), env: {} });
  return storeOptions(config, memoryIo());
}

for (const file of ["gs://bucket/sync.c1z", "file:///tmp/sync.c1z", "HTTPS://host/x"]) {
  test(`--file ${file} is refused rather than taken for a path`, async () => {
    await assert.rejects(optionsFor(file), { code: "BATON-FILE-URL", exitCode: 12 });
  });
}

for (const file of ["", " ", "-", "caf\ufffd.c1z"]) {
  test(`--file ${JSON.stringify(file)} names no file, and none of another name is written`, async () => {
    await assert.rejects(optionsFor(file), { code: "BATON-FILE-NAME", exitCode: 2 });
  });
}

for (const file of ["./-", "-x.c1z", "sync.c1z", "C:\\data\\sync.c1z", "a:b/sync.c1z", "/data//sync.c1z"]) {
  test(`--file ${file} is a path`, async () => {
    assert.equal((await optionsFor(file)).path, file);
  });
}
