/** The guides: what each needs, which commands of the pages it runs, and how it is seen that they did what they should. */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyLibraries, makeBaseImages, makeDebian } from "./base-system.ts";
import { Place } from "./place.ts";
import { shell } from "./shell.ts";

/** One way to run the product, as a page describes it. */
export interface Guide {
  readonly name: string;
  /** Commands that the machine must have. */
  readonly needs: readonly string[];
  /** Must be root. */
  readonly asRoot?: boolean;
  /** Names of the blocks that it runs, in their order. */
  readonly blocks: readonly string[];
  /** Takes less than three minutes together with the other quick ones. */
  readonly quick?: boolean;
  /** Follows the guide; `commands` are those of the blocks. Throws when something is not as the page says. */
  run(commands: readonly string[], scratch: string): Promise<void>;
}

/** Blocks that no guide runs, and why. */
export const notRun: ReadonlyMap<string, string> = new Map([
  ["self-hosting.md, Get the program, 4", "checks a published release"],
  ["self-hosting.md, Docker Compose, 4", "needs an account of an object store; test/deploy has the sync into one"],
  ["self-hosting.md, Kubernetes, 1", "needs a cluster; test/deploy checks the manifests"],
  ["self-hosting.md, Kubernetes, 2", "needs a cluster; test/deploy checks the manifests"],
  ["self-hosting.md, Helm, 1", "needs a cluster"],
  ["self-hosting.md, Helm, 2", "needs a cluster; test/deploy renders the chart"],
  ["self-hosting.md, systemd, 3", "needs an account of an object store"],
  ["self-hosting.md, Amazon ECS, 1", "needs an account of AWS; test/deploy checks the definitions"],
  ["self-hosting.md, Amazon ECS, 2", "needs an account of AWS; test/deploy checks the definitions"],
  ["operations.md, Held syncs, 1", "needs a cluster"],
  ["operations.md, Single resources, 1", "names made-up ids; the tests of targeted syncs run it"],
  [
    "operations.md, Many organizations, 1",
    "names an object store; test/fleet.test.ts runs it over a directory and over objects",
  ],
  ["operations.md, Object storage, 1", "needs an account of an object store; the tests of S3 run it"],
  ["connector.mdx, Configure the Cloudsmith connector, 1", "pushes to a registry; the image guide builds it"],
]);

const packaged: Guide = {
  name: "package, installed for all with scripts off",
  needs: ["npm", "git"],
  quick: true,
  blocks: ["self-hosting.md, Get the program, 1"],
  async run([commands = ""], scratch) {
    await using place = await Place.make(scratch);
    const prefix = join(place.path, "prefix");
    const env = place.env({ npm_config_prefix: prefix });
    await shell(commands, { cwd: place.checkout(), env });
    const PATH = [join(prefix, "bin"), env["PATH"]].join(":");
    const settings = { ...env, PATH, ...place.settings, BATON_API_KEY: place.sandbox.keys.service };
    await shell("baton-cloudsmith validate && baton-cloudsmith", { cwd: place.path, env: settings });
    await place.check(join(place.path, "sync.c1z"));
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
    const settings = Object.entries({ ...place.settings, BATON_API_KEY: place.sandbox.keys.service, HOME: "/work" });
    const env = Object.fromEntries([
      ...settings,
      ["PATH", "/usr/sbin:/usr/bin:/sbin:/bin"],
      ["BATON_FILE", "/work/sync.c1z"],
    ]);
    await shell(`chroot ${bare} /baton-cloudsmith`, { cwd: place.path, env });
    await place.check(join(bare, "work", "sync.c1z"));
  },
};

/** Base images for an engine, which takes a directory as an image by `load`. */
async function withBaseImages(place: Place, load: string): Promise<void> {
  const debian = join(place.path, "debian");
  makeDebian(debian);
  makeBaseImages(debian, (directory, name) => {
    execFileSync("bash", ["-euo", "pipefail", "-c", load], { env: { ...place.env(), directory, name }, stdio: "pipe" });
  });
}

const baseArguments = "--build-arg NODE_BUILD=localhost/node-build --build-arg RUNTIME=localhost/node-runtime";

/** The authorities that npm needs on this machine, where a file is named: as the guide says for networks that inspect TLS. */
function addAuthority(checkout: string): void {
  const authority = process.env["NODE_EXTRA_CA_CERTS"];
  if (authority) copyFileSync(authority, join(checkout, "deploy", "container", "certificates", "ca.pem"));
}

const docker: Guide = {
  name: "image and containers, with a Docker engine",
  needs: ["docker", "debootstrap", "git"],
  asRoot: true,
  blocks: [
    "self-hosting.md, Get the program, 3",
    "self-hosting.md, Docker Compose, 1",
    "self-hosting.md, Docker Compose, 2",
    "self-hosting.md, Docker Compose, 3",
  ],
  async run([build = "", secrets = "", settings = "", start = ""], scratch) {
    await using place = await Place.make(scratch);
    const { sandbox } = place;
    const checkout = place.checkout();
    addAuthority(checkout);
    const real = execFileSync("bash", ["-c", "command -v docker"], { encoding: "utf8" }).trim();
    await withBaseImages(place, `tar -C "$directory" -c . | ${real} import - "$name"`);
    // Networks and base images are this machine's; everything else is as the page has it.
    place.addCommand(
      "docker",
      `case "$1" in
         build) shift; exec ${real} build --network host ${baseArguments} "$@" ;;
         run) shift; exec ${real} run --network host --env BATON_BASE_URL=${sandbox.baseUrl} "$@" ;;
         *) exec ${real} "$@" ;;
       esac`,
    );
    const env = place.env({ DOCKER_BUILDKIT: "0" });
    await shell(build, { cwd: checkout, env });
    const container = join(checkout, "deploy", "container");
    const typed = [sandbox.keys.service, "secret"];
    await shell(secrets, { cwd: checkout, env, typed });
    const script = readFileSync(join(container, "docker-run.sh"), "utf8");
    const own = script
      .replace("ORGANIZATION", sandbox.organization.slug)
      .replace("REGISTRY/baton-cloudsmith:VERSION", "baton-cloudsmith");
    writeFileSync(join(container, "docker-run.sh"), own);
    await shell("sh ./docker-run.sh", { cwd: container, env });
    await shell(
      `${real} run --rm --entrypoint /nodejs/bin/node --volume baton-cloudsmith:/work baton-cloudsmith -e 'process.stdout.write(require("fs").readFileSync("/work/sync.c1z").toString("base64"))' > copy && base64 -d copy > copy.c1z`,
      { cwd: place.path, env },
    );
    await place.check(join(place.path, "copy.c1z"));
    await shell(`${real} volume rm baton-cloudsmith`, { cwd: place.path, env });
    if (spawnSync(real, ["compose", "version"]).status !== 0) throw new Skipped("docker compose");
    const override =
      "services: {sync: {network_mode: host, environment: {BATON_BASE_URL: $BASE}}, service: {network_mode: host}}";
    writeFileSync(join(container, "override.yaml"), override.replace("$BASE", JSON.stringify(sandbox.baseUrl)));
    const files = { ...env, COMPOSE_FILE: "compose.yaml:override.yaml" };
    const named = settings.replaceAll("my-org", sandbox.organization.slug);
    await shell(`${named}\n${start}\ndocker compose down --volumes`, { cwd: container, env: files });
  },
};

const buildahImage: Guide = {
  name: "image, with buildah",
  needs: ["buildah", "debootstrap", "git"],
  asRoot: true,
  blocks: ["self-hosting.md, Get the program, 3"],
  async run([build = ""], scratch) {
    await using place = await Place.make(scratch);
    const checkout = place.checkout();
    addAuthority(checkout);
    const load = `c=$(buildah from scratch); buildah add -q "$c" "$directory" / ; buildah commit -q "$c" "$name"; buildah rm "$c"`;
    await withBaseImages(place, load);
    const command = build.replace("docker build", `buildah build --isolation chroot --network host ${baseArguments}`);
    await shell(command, { cwd: checkout, env: place.env() });
    const run = `c=$(buildah from localhost/baton-cloudsmith)
      buildah run --isolation chroot --network host --user 65532 -e BATON_ORG_SLUG -e BATON_BASE_URL -e BATON_API_KEY \\
        "$c" -- /nodejs/bin/node /app/bin/baton-cloudsmith validate
      buildah rm "$c"`;
    const settings = { ...place.settings, BATON_API_KEY: place.sandbox.keys.service };
    await shell(run.replaceAll(/-e (\w+)/g, '-e $1="$$$1"'), { cwd: place.path, env: { ...place.env(), ...settings } });
  },
};

const systemd: Guide = {
  name: "systemd units, under a booted systemd",
  needs: ["systemd-nspawn", "debootstrap", "git", "npm"],
  asRoot: true,
  blocks: ["self-hosting.md, systemd, 1", "self-hosting.md, systemd, 2"],
  async run([install = "", start = ""], scratch) {
    await using place = await Place.make(scratch, "my-org");
    const checkout = place.checkout();
    await shell("npm ci\nnpm run build:executable", { cwd: checkout, env: place.env() });
    const system = join(place.path, "debian");
    makeDebian(system);
    cpSync(join(checkout, "deploy"), join(system, "root/checkout/deploy"), { recursive: true });
    cpSync(join(checkout, "dist-executable"), join(system, "root/checkout/dist-executable"), { recursive: true });
    writeFileSync(join(system, "usr/bin/sudo"), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
    // libstdc++ is no part of the smallest Debian.
    copyLibraries(process.execPath, system);
    const [timer = ""] = start.split("\n");
    writeFileSync(
      join(system, "root/guide.sh"),
      `#!/bin/bash
exec > /root/guide.log 2>&1
set -eux
cd /root/checkout
cat > /root/commands.sh <<'COMMANDS'
set -euo pipefail
${install}
COMMANDS
echo ${place.sandbox.keys.service} | bash /root/commands.sh
echo BATON_BASE_URL=${place.sandbox.baseUrl} > /etc/baton-cloudsmith/my-org/sync.env
${timer}
systemctl list-timers --all
systemctl start baton-cloudsmith-sync@my-org.service
cp /var/lib/baton-cloudsmith/my-org/sync.c1z /root/sync.c1z
echo done > /root/done
`,
    );
    writeFileSync(
      join(system, "etc/systemd/system/guide.service"),
      `[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/bash /root/guide.sh
ExecStopPost=/bin/systemctl --no-block poweroff
[Install]
WantedBy=graphical.target default.target
`,
    );
    const wants = join(system, "etc/systemd/system/default.target.wants");
    mkdirSync(wants, { recursive: true });
    execFileSync("ln", ["-s", "/etc/systemd/system/guide.service", join(wants, "guide.service")]);
    const boot = `timeout 240 systemd-nspawn --quiet --register=no --keep-unit --console=pipe --boot --directory=${system} < /dev/null`;
    const said = await shell(`${boot} || true`, { cwd: place.path, env: place.env() });
    const log = join(system, "root/guide.log");
    if (!existsSync(join(system, "root/done"))) {
      throw new Error(existsSync(log) ? readFileSync(log, "utf8") : said.slice(-3000));
    }
    await place.check(join(system, "root/sync.c1z"));
  },
};

/** A guide went well as far as this machine can follow it. */
export class Skipped extends Error {}

/** All guides. */
export const guides: readonly Guide[] = [packaged, unbuilt, executable, docker, buildahImage, systemd];
