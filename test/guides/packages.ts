/** The guides for the package and the executable. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { copyLibraries } from "./base-system.ts";
import type { Guide } from "./guide.ts";
import { Place } from "./place.ts";
import { shell } from "./shell.ts";

const packaged: Guide = {
  name: "package, installed for all with scripts off",
  needs: ["npm", "git"],
  quick: true,
  blocks: ["self-hosting.md, Get the program, 1", "operations.md, Many organizations, 1"],
  async run([commands = "", fleet = ""], scratch) {
    await using place = await Place.make(scratch);
    const prefix = join(place.path, "prefix");
    const env = place.env({ npm_config_prefix: prefix });
    await shell(commands, { cwd: place.checkout(), env });
    const PATH = [join(prefix, "bin"), env["PATH"]].join(":");
    const settings = { ...env, PATH, ...place.settings, BATON_API_KEY: place.sandbox.keys.service };
    await shell("baton-cloudsmith validate && baton-cloudsmith", { cwd: place.path, env: settings });
    await place.check(join(place.path, "sync.c1z"));
    // Its second line names a bucket; test/fleet.test.ts runs it over objects.
    const [overFiles = ""] = fleet.split("\n");
    const table = await shell(overFiles.replace("/data", place.path), { cwd: place.path, env: settings });
    if (!table.includes(place.sandbox.organization.slug)) throw new Error(table);
  },
};

const unbuilt: Guide = {
  name: "a package that was packed without its program says so",
  needs: ["npm", "git"],
  quick: true,
  blocks: [],
  async run(_commands, scratch) {
    await using place = await Place.make(scratch);
    const prefix = join(place.path, "prefix");
    const env = place.env({ npm_config_prefix: prefix, npm_config_prefer_offline: "true" });
    const install = "npm pack && npm install --global --ignore-scripts ./baton-cloudsmith-*.tgz";
    await shell(install, { cwd: place.checkout(), env });
    const run = spawnSync(join(prefix, "bin", "baton-cloudsmith"), ["--version"], { env, encoding: "utf8" });
    if (run.status !== 2 || !run.stderr.includes("npm run package")) throw new Error(`${run.status}: ${run.stderr}`);
  },
};

const executable: Guide = {
  name: "executable, in a root without Node",
  needs: ["chroot", "ldd", "git", "npm"],
  asRoot: true,
  blocks: ["self-hosting.md, Get the program, 2"],
  async run([commands = ""], scratch) {
    await using place = await Place.make(scratch);
    const checkout = place.checkout();
    await shell(commands, { cwd: checkout, env: place.env() });
    const built = join(checkout, "dist-executable", "baton-cloudsmith");
    const bare = join(place.path, "bare");
    for (const directory of ["tmp", "work"]) mkdirSync(join(bare, directory), { recursive: true });
    copyFileSync(built, join(bare, "baton-cloudsmith"));
    copyLibraries(built, bare);
    const settings = { ...place.settings, BATON_API_KEY: place.sandbox.keys.service, HOME: "/work" };
    const env = { ...settings, PATH: "/usr/sbin:/usr/bin:/sbin:/bin", BATON_FILE: "/work/sync.c1z" };
    await shell(`chroot ${bare} /baton-cloudsmith`, { cwd: place.path, env });
    await place.check(join(bare, "work", "sync.c1z"));
  },
};

export const packageGuides: readonly Guide[] = [packaged, unbuilt, executable];
