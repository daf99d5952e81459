/**
 * The files of deploy/, where the program finds them: in a checkout as they are, in the package and in the single
 * executable with the console's page.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { getAsset, isSea } from "node:sea";

/** Names of those that are offered, below deploy/. `scripts/build.ts` brings them along. */
export const templateNames = [
  "container/compose.yaml",
  "container/docker-run.sh",
  "container/docker-service.sh",
  "ecs/sync-task-definition.json",
  "ecs/task-definition.json",
  "kubernetes/namespace.yaml",
  "kubernetes/service.yaml",
  "kubernetes/sync.yaml",
  "systemd/baton-cloudsmith-sync@.service",
  "systemd/baton-cloudsmith-sync@.timer",
  "systemd/baton-cloudsmith@.service",
  "windows/install-task.ps1",
] as const;
/** One of them. */
export type TemplateName = (typeof templateNames)[number];

/** The text of a template. */
export function readTemplate(name: TemplateName): string {
  if (isSea()) return getAsset(`console/deploy/${name}`, "utf8");
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    // A checkout first: what is edited there is newer than what was built of it.
    const path = ["deploy", "dist-console/deploy"].map((place) => join(folder, place, name)).find(existsSync);
    if (path !== undefined) return readFileSync(path, "utf8");
  }
  throw new TypeError(`deploy/${name} is not part of this program`);
}
