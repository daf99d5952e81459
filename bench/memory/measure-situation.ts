/** Runs the program once against one kind of server, and says what it cost. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSandbox } from "../../sandbox/server.ts";
import { type Measurement, measureProcess } from "../measure-process.ts";
import type { Situation } from "./situations.ts";

/**
 * Syncs from the server of `situation`, in this process, with the program that `command` starts.
 * @throws Error when the program ends with none of the codes that are right.
 */
export async function measureSituation(
  situation: Situation,
  [command, ...argv]: readonly string[],
): Promise<Measurement> {
  const directory = mkdtempSync(join(tmpdir(), "bench-memory-"));
  await using sandbox = await startSandbox(situation.sandbox ?? { organization: { members: 12, teams: 2 } });
  if (situation.answer) sandbox.onRequest(situation.answer());
  try {
    return await measureProcess({
      command: command ?? "",
      argv: [...argv, "--file", join(directory, "sync.c1z")],
      env: {
        HOME: directory,
        PATH: "/usr/bin:/bin",
        BATON_API_KEY: sandbox.keys.service,
        BATON_ORG_SLUG: sandbox.organization.slug,
        BATON_BASE_URL: sandbox.baseUrl,
      },
      exits: situation.exits,
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
