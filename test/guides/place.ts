/** Where a guide is followed: a checkout as a stranger has it, a made-up organization to sync, and a directory for the rest. */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { type StandInC1, startStandInC1 } from "../../sandbox/c1/stand-in.ts";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { compareCounts } from "../../scripts/compare-counts.ts";
import { summarizeRoster } from "../../src/reports/roster-summary.ts";
import { openC1z } from "../../src/sdk/c1z/read/reader.ts";

const root = join(import.meta.dirname, "..", "..");
const serviceTimeoutMs = 240_000;

/** C1 as a service meets it: a stand-in with one sync to hand out. */
export interface Tenant {
  readonly settings: Readonly<Record<"BATON_CLIENT_ID" | "BATON_C1_API_HOST", string>>;
  readonly clientSecret: string;
  /** PEM file of the authority that its certificate is from. */
  readonly caFile: string;
  /** Hands out a sync and checks what a service uploads for it. */
  sync(): Promise<void>;
}

/** A place to follow a guide in; removed when it is disposed of. */
export class Place implements AsyncDisposable {
  readonly path: string;
  readonly sandbox: Sandbox;
  readonly #commands: string;
  readonly #tenants: StandInC1[] = [];

  private constructor(path: string, sandbox: Sandbox) {
    this.path = path;
    this.sandbox = sandbox;
    this.#commands = join(path, "commands");
    mkdirSync(this.#commands);
    // Guides are run as root where they say sudo, and skipped elsewhere.
    this.addCommand("sudo", 'exec "$@"');
  }

  /** Makes one below `parent`. */
  static async make(parent: string, slug = "sandbox-org"): Promise<Place> {
    mkdirSync(parent, { recursive: true });
    const sandbox = await startSandbox({ organization: { members: 30, teams: 4, slug } });
    return new Place(mkdtempSync(join(parent, "guide-")), sandbox);
  }

  /** Puts a shell script of this name before all other commands. */
  addCommand(name: string, script: string): void {
    writeFileSync(join(this.#commands, name), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  }

  /** The files of the working tree that git knows or would take, and nothing that was installed or built. */
  checkout(): string {
    const target = join(this.path, "checkout");
    const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
    for (const file of list.toString().split("\0").filter(Boolean)) {
      cpSync(join(root, file), join(target, file), { recursive: true });
    }
    chmodSync(join(target, "bin", "baton-cloudsmith"), 0o755);
    return target;
  }

  /** An environment without settings of the one who runs this, and with the Node that the project locks. */
  env(more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string | undefined>> {
    const own = Object.entries(process.env).filter(([name]) => !/^(BATON|CLOUDSMITH|npm)_/i.test(name));
    const path = [this.#commands, dirname(process.execPath), process.env["PATH"]].join(delimiter);
    return { ...Object.fromEntries(own), HOME: this.path, PATH: path, ...more };
  }

  /** Settings that lead to the organization. */
  get settings(): Readonly<Record<string, string>> {
    const { sandbox } = this;
    return { BATON_ORG_SLUG: sandbox.organization.slug, BATON_BASE_URL: sandbox.baseUrl };
  }

  /** Starts a C1 of its own for this place. */
  async startC1(): Promise<Tenant> {
    const uploadDirectory = join(this.path, `uploads-${this.#tenants.length}`);
    let arrived = Promise.withResolvers<string>();
    const c1 = await startStandInC1({ uploadDirectory, onUpload: ({ path }) => arrived.resolve(path) });
    this.#tenants.push(c1);
    const caFile = `${uploadDirectory}-ca.pem`;
    writeFileSync(caFile, c1.certificates.authority);
    const { clientId, clientSecret } = c1.tokens.credentials;
    return {
      settings: { BATON_CLIENT_ID: clientId, BATON_C1_API_HOST: c1.host },
      clientSecret,
      caFile,
      sync: async () => {
        arrived = Promise.withResolvers();
        c1.addTask({ taskType: { case: "syncFull", value: {} } });
        const missing = AbortSignal.timeout(serviceTimeoutMs);
        missing.addEventListener("abort", () => arrived.reject(new Error("no service uploaded the sync")));
        await this.check(await arrived.promise);
      },
    };
  }

  /** Throws unless the file holds what the organization does. */
  async check(file: string): Promise<void> {
    using reader = await openC1z(file);
    const counts = compareCounts(summarizeRoster(reader.view()), this.sandbox.organization);
    const wrong = counts.filter(({ inFile, inSandbox }) => inFile !== inSandbox);
    if (wrong.length > 0) throw new Error(`${file} differs: ${JSON.stringify(wrong)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const c1 of this.#tenants) await c1[Symbol.asyncDispose]();
    await this.sandbox.close();
    rmSync(this.path, { recursive: true, force: true });
  }
}
