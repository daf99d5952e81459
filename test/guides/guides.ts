/** All guides, and which commands of the pages none of them runs. */
import { clusterGuides } from "./cluster.ts";
import { containerGuides } from "./containers.ts";
import type { Guide } from "./guide.ts";
import { packageGuides } from "./packages.ts";
import { systemd } from "./units.ts";

/** All guides. */
export const guides: readonly Guide[] = [...packageGuides, ...containerGuides, systemd, ...clusterGuides];

/** Blocks that no guide runs, and why. */
export const notRun: ReadonlyMap<string, string> = new Map([
  ["self-hosting.md, Get the program, 4", "checks a published release"],
  ["self-hosting.md, Amazon ECS, 1", "needs an account of AWS; test/deploy checks the definitions"],
  ["self-hosting.md, Amazon ECS, 2", "needs an account of AWS; test/deploy checks the definitions"],
  ["operations.md, Held syncs, 1", "needs a cluster"],
  ["operations.md, What happened since, 1", "test/on-request.test.ts runs it"],
  ["operations.md, Single resources, 1", "names made-up ids; the tests of targeted syncs run it"],
  ["operations.md, Object storage, 1", "needs an account of an object store; the tests of S3 run it"],
  ["connector.mdx, Configure the Cloudsmith connector, 1", "pushes to a registry; the image guide builds it"],
]);
