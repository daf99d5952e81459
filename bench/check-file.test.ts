import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { convertC1z } from "../src/sdk/c1z/write/convert.ts";
import { systemClock } from "../src/sdk/clock.ts";
import { silentLogger } from "../src/sdk/log.ts";
import { checkFile } from "./check-file.ts";
import { entitlementsOf, holdersOf, organizationOf, teamsOf } from "./layers/organization-data.ts";
import { writeSample } from "./layers/sample-file.ts";

const directory = mkdtempSync(join(tmpdir(), "check-file-"));
after(() => rmSync(directory, { recursive: true }));

describe("checkFile", () => {
  it("passes a file that holds the organization and refuses one that lacks a row", async () => {
    const organization = organizationOf(200);
    const path = join(directory, "sample.c1z");
    const resources = teamsOf(organization);
    const holders = holdersOf(organization);
    const grants = [...holders.values()].flat().length;
    await writeSample(path, { resources, entitlements: entitlementsOf(organization), holders });
    const v1 = join(directory, "v1.c1z");
    await convertC1z({ from: path, to: v1, engine: "sqlite", clock: systemClock, logger: silentLogger });
    for (const file of [path, v1]) {
      await checkFile(file, { resources: resources.length, grants });
      await assert.rejects(checkFile(file, { resources: resources.length, grants: grants + 1 }), /the file holds/);
      await assert.rejects(checkFile(file, { resources: resources.length + 1, grants }), /the file holds/);
    }
  });
});
