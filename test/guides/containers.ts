/** The guides for image and containers. */
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer, connect as tlsConnect } from "node:tls";
import { makeCertificates } from "../../sandbox/c1/certificate.ts";
import { broughtAlongPackages, runtimePackages } from "../../scripts/generate-licences.ts";
import { S3Server } from "../object-store/s3-server.ts";
import { eventually } from "../support/eventually.ts";
import { ForwardProxy } from "../support/forward-proxy.ts";
import { makeBaseImages } from "./base-system.ts";
import { type Guide, Skipped } from "./guide.ts";
import { Place, type Tenant } from "./place.ts";
import { shell } from "./shell.ts";

const baseArguments = "--build-arg NODE_BUILD=localhost/node-build --build-arg RUNTIME=localhost/node-runtime";
/** As whom the image runs. */
const user = 65532;

/** Base images for an engine, which takes a directory as an image by `load`. */
function loadBaseImages(place: Place, scratch: string, load: string): void {
  makeBaseImages(place.path, scratch, (directory, name) => {
    execFileSync("bash", ["-euo", "pipefail", "-c", load], { env: { ...place.env(), directory, name }, stdio: "pipe" });
  });
}

/** The page's scripts and Compose file, run as they are but for what is in capitals, the network and where the servers are. */
class Containers {
  readonly #place: Place;
  readonly #tenant: Tenant;
  readonly #docker: string;
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;

  constructor(place: Place, tenant: Tenant, checkout: string) {
    this.#place = place;
    this.#tenant = tenant;
    this.directory = join(checkout, "deploy", "container");
    this.#docker = execFileSync("bash", ["-c", "command -v docker"], { encoding: "utf8" }).trim();
    this.env = place.env({ DOCKER_BUILDKIT: "0" });
    const added = Object.entries(this.#servers).map(([name, value]) => `--env ${name}=${value}`);
    place.addCommand(
      "docker",
      `case "$1" in
         build) shift; exec ${this.#docker} build --network host ${baseArguments} "$@" ;;
         run) shift; exec ${this.#docker} run --network host --volume ${tenant.caFile}:/ca.pem:ro ${added.join(" ")} $RUN_MORE "$@" ;;
         *) exec ${this.#docker} "$@" ;;
       esac`,
    );
  }

  get #servers(): Readonly<Record<string, string>> {
    const { BATON_C1_API_HOST } = this.#tenant.settings;
    return { BATON_BASE_URL: this.#place.sandbox.baseUrl, BATON_C1_API_HOST, NODE_EXTRA_CA_CERTS: "/ca.pem" };
  }

  /** Runs docker itself, and returns what it printed. */
  docker(...args: readonly string[]): string {
    return execFileSync(this.#docker, args, { encoding: "utf8", stdio: "pipe" });
  }

  has(...args: readonly string[]): boolean {
    // As the page's own commands are run, which find the engine's plug-ins by it.
    return spawnSync(this.#docker, args, { env: this.env }).status === 0;
  }

  /** Runs a script of the page; `more` are arguments for `docker run`. */
  async script(name: string, more = ""): Promise<string> {
    const text = readFileSync(join(this.directory, name), "utf8")
      .replace("ORGANIZATION", this.#place.sandbox.organization.slug)
      .replace("CLIENT_ID=CLIENT_ID", `CLIENT_ID=${this.#tenant.settings.BATON_CLIENT_ID}`)
      .replace("REGISTRY/baton-cloudsmith:VERSION", "baton-cloudsmith");
    writeFileSync(join(this.directory, `own-${name}`), text);
    return await shell(`sh ./own-${name}`, { cwd: this.directory, env: { ...this.env, RUN_MORE: more } });
  }

  /** Where a volume lies on this machine. */
  volume(name: string): string {
    return this.docker("volume", "inspect", "--format", "{{.Mountpoint}}", name).trim();
  }

  /** What makes the Compose file find the servers of this place. */
  composeOverride(storage: Readonly<Record<string, string>>): string {
    const environment = { ...this.#servers, ...storage };
    const one = { network_mode: "host", environment, volumes: [`${this.#tenant.caFile}:/ca.pem:ro`] };
    return JSON.stringify({ services: { sync: one, "sync-to-s3": one, service: one } });
  }
}

/** Throws unless the image has what is needed at run time and nothing else. */
function checkContent(containers: Containers): void {
  const list = `JSON.stringify(["/", "/app", "/app/node_modules", "/node_modules"].map((at) => require("fs").readdirSync(at)))`;
  const node = ["run", "--rm", "--entrypoint", "/nodejs/bin/node", "baton-cloudsmith", "-p", list];
  const [top = [], app, own, brought] = JSON.parse(containers.docker(...node)) as string[][];
  const names = (packages: readonly { readonly name: string }[]): readonly string[] => [
    ...new Set([".package-lock.json", ...packages.map(({ name }) => name.split("/")[0] ?? "")]),
  ];
  const expected = [
    [app, ["LICENSE", "bin", "dist", "dist-console", "node_modules", "package.json"]],
    [own, names(runtimePackages())],
    [brought, names(broughtAlongPackages())],
  ] as const;
  for (const [found = [], wanted] of expected) {
    if (String(found.toSorted()) !== String(wanted.toSorted())) throw new Error(`${found} is not ${wanted}`);
  }
  const left = top.filter((name) => ["src", "certificates", "bin"].includes(name));
  if (left.length > 0) throw new Error(`the image has /${left.join(", /")}`);
}

/** As many requests as can be, so that a run can be killed in between. */
const rowByRow = "--env BATON_PAGE_SIZE=1";

/** The kernel kills a sync for its memory; the next one, started at once, goes on from what was read. */
async function surviveOutOfMemory(place: Place, containers: Containers, wholeRun: number): Promise<void> {
  const { sandbox } = place;
  sandbox.resetLog();
  sandbox.switches.latencyMs = 400;
  const more = `--name guide-killed ${rowByRow} --env BATON_API_CONCURRENCY=1`;
  const killed = containers.script("docker-run.sh", more).then(String, String);
  // Some seconds, so that there is a checkpoint.
  await eventually(() => sandbox.requests.length >= 20, { what: "twenty requests of the container", everyMs: 100 });
  // Of the two that run there, the kernel is to take the sync.
  const pid = containers.docker("inspect", "--format", "{{.State.Pid}}", "guide-killed").trim();
  writeFileSync(`/proc/${pid}/oom_score_adj`, "1000");
  const eat = "const eaten = []; for (;;) eaten.push(Buffer.alloc(1 << 24, 1))";
  containers.has("exec", "guide-killed", "/nodejs/bin/node", "-e", eat);
  const said = await killed;
  if (!said.startsWith("Error: exit code 137")) throw new Error(`was not killed: ${said}`);
  const before = sandbox.requests.length;
  sandbox.switches.latencyMs = 0;
  const log = await containers.script("docker-run.sh", rowByRow);
  if (!log.includes("resumed previous sync")) throw new Error(`began anew: ${log}`);
  await place.check(join(containers.volume("baton-cloudsmith"), "sync.c1z"));
  const after = sandbox.requests.length - before;
  if (after >= wholeRun) throw new Error(`${after} requests after ${before}, as many as a whole run`);
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
    "self-hosting.md, Docker Compose, 4",
  ],
  async run([build = "", secrets = "", settings = "", start = "", toStorage = ""], scratch) {
    await using place = await Place.make(scratch);
    const tenant = await place.startC1();
    const checkout = place.checkout();
    const authority = process.env["NODE_EXTRA_CA_CERTS"];
    // This machine's network inspects TLS: as the guide says.
    if (authority) copyFileSync(authority, join(checkout, "deploy", "container", "certificates", "ca.pem"));
    const containers = new Containers(place, tenant, checkout);
    const { directory, env } = containers;
    loadBaseImages(place, scratch, `tar -C "$directory" -c . | docker import - "$name"`);
    await shell(build, { cwd: checkout, env });
    checkContent(containers);
    await shell(secrets, { cwd: checkout, env, typed: [place.sandbox.keys.service, tenant.clientSecret] });

    containers.has("volume", "rm", "baton-cloudsmith");
    await containers.script("docker-run.sh", rowByRow);
    const wholeRun = place.sandbox.requests.length;
    const volume = containers.volume("baton-cloudsmith");
    await place.check(join(volume, "sync.c1z"));
    const owners = [volume, join(volume, "sync.c1z")].map((path) => statSync(path).uid);
    if (owners.some((owner) => owner !== user)) throw new Error(`the volume belongs to ${owners}`);
    await surviveOutOfMemory(place, containers, wholeRun);
    await containers.script("docker-service.sh");
    await tenant.sync();
    containers.docker("stop", "baton-cloudsmith");
    const code = containers.docker("inspect", "--format", "{{.State.ExitCode}}", "baton-cloudsmith").trim();
    if (code !== "0") throw new Error(`the service ended with ${code}`);
    containers.docker("rm", "baton-cloudsmith");
    containers.docker("volume", "rm", "baton-cloudsmith");

    if (!containers.has("compose", "version")) throw new Skipped("docker compose");
    await using s3 = await S3Server.start();
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, ...storage } = s3.settings;
    writeFileSync(join(directory, "override.yaml"), containers.composeOverride(storage));
    const credentials = `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
    writeFileSync(join(directory, "secrets", "aws-credentials"), credentials);
    const { BATON_CLIENT_ID } = tenant.settings;
    const own = (text: string): string =>
      text
        .replace(/(BATON_CLIENT_ID=).*/, `$1'${BATON_CLIENT_ID}'`)
        .replace("s3://my-bucket", "s3://files")
        .replaceAll("my-org", place.sandbox.organization.slug);
    const compose = { ...env, COMPOSE_FILE: "compose.yaml:override.yaml" };
    try {
      await shell(own(`${settings}\n${start}\n${toStorage}`), { cwd: directory, env: compose });
      await tenant.sync();
    } finally {
      const profiles = "--profile sync --profile sync-to-s3 --profile service";
      await shell(own(`${settings}\ndocker compose ${profiles} down --volumes`), { cwd: directory, env: compose });
    }
    const copy = join(place.path, "copy.c1z");
    writeFileSync(copy, s3.bytes(`baton/${place.sandbox.organization.slug}.c1z`) ?? "");
    await place.check(copy);
  },
};

/** A proxy that reads along: it has a certificate of its own for the registry. */
async function startInspectingProxy(host: string) {
  const { authority, certificate: cert, privateKey: key } = makeCertificates([host]);
  const front = createServer({ key, cert }, (inside) => {
    const outside = tlsConnect({ host, port: 443, servername: host });
    for (const [one, other] of [[inside, outside] as const, [outside, inside] as const]) {
      one.on("error", () => other.destroy()).pipe(other);
    }
  });
  front.listen(0, "127.0.0.1").unref();
  await once(front, "listening");
  const { port } = front.address() as AddressInfo; // it listens on TCP
  return { authority, proxy: await ForwardProxy.start({ to: port }) };
}

const registry = "registry.npmjs.org";

const buildahImage: Guide = {
  name: "image, with buildah, behind a proxy that inspects TLS",
  needs: ["buildah", "debootstrap", "git"],
  asRoot: true,
  blocks: ["self-hosting.md, Get the program, 3"],
  async run([build = ""], scratch) {
    await using place = await Place.make(scratch);
    const checkout = place.checkout();
    const { authority, proxy } = await startInspectingProxy(registry);
    await using _ = proxy;
    writeFileSync(join(checkout, "deploy", "container", "certificates", "ca.pem"), authority);
    const load = `c=$(buildah from scratch); buildah add -q "$c" "$directory" / ; buildah commit -q "$c" "$name"; buildah rm "$c"`;
    loadBaseImages(place, scratch, load);
    const more = `--isolation chroot --network host ${baseArguments} --build-arg HTTPS_PROXY=http://127.0.0.1:${proxy.port}`;
    await shell(build.replace("docker build", `buildah build ${more}`), { cwd: checkout, env: place.env() });
    const elsewhere = proxy.tunnels.filter((address) => address !== `${registry}:443`);
    if (proxy.tunnels.length === 0 || elsewhere.length > 0) throw new Error(`the proxy saw ${proxy.tunnels}`);
    const run = `c=$(buildah from localhost/baton-cloudsmith)
      buildah run --isolation chroot --network host --user ${user} -e BATON_ORG_SLUG -e BATON_BASE_URL -e BATON_API_KEY \\
        "$c" -- /nodejs/bin/node /app/bin/baton-cloudsmith validate
      buildah rm "$c"`;
    const settings = { ...place.settings, BATON_API_KEY: place.sandbox.keys.service };
    await shell(run.replaceAll(/-e (\w+)/g, '-e $1="$$$1"'), { cwd: place.path, env: { ...place.env(), ...settings } });
  },
};

export const containerGuides: readonly Guide[] = [docker, buildahImage];
