import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openWriter, temporaryDirectory, user, userType } from "../../../test/support/sample-c1z.ts";
import { openC1z } from "../../sdk/c1z/read/reader.ts";
import { Holdings } from "../holdings.ts";
import { findAccounts } from "./find-accounts.ts";

for (const engine of ["sqlite", "pebble"] as const) {
  test(`${engine}: several of one name come by id, however they lie in the file`, async (context) => {
    const directory = temporaryDirectory(context);
    const path = join(directory, "sync.c1z");
    const ids = ["zoe", "\u{1f600}", "ada", "\uff41", "mia"];
    {
      using writer = await openWriter(path, directory, { engine });
      writer.startSync("full");
      writer.rows.putResourceTypes([userType]);
      writer.rows.putResources(ids.map((id) => ({ ...user(id), displayName: id === "mia" ? "Mia" : "Kim" })));
      writer.endSync();
      await writer.save();
    }
    using reader = await openC1z(path, { tempDir: directory });
    const found = findAccounts([["kim"], ["mia"]], new Holdings(reader.view()));
    assert.deepEqual(
      found.map((accounts) => accounts.map(({ resource }) => resource.id.resource)),
      [["ada", "zoe", "\uff41", "\u{1f600}"], ["mia"]],
    );
  });
}
