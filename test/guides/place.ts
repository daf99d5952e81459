/** Where a guide is followed: a checkout as a stranger has it, a made-up organization to sync, and a directory for the rest. */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { compareCounts } from "../../scripts/compare-counts.ts";
import { summarizeRoster } from "../../src/reports/roster-summary.ts";
import { openC1z } from "../../src/sdk/c1z/read/reader.ts";

const root = join(import.meta.dirname, "..", "..");

/** A place to follow a guide in; removed when it is disposed of. */
export class Place implements AsyncDisposable {
  readonly path: string;
  readonly sandbox: Sandbox;
  readonly #commands: string;

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

  /** Throws unless the file holds what the organization does. */
  async check(file: string): Promise<void> {
    using reader = await openC1z(file);
    const counts = compareCounts(summarizeRoster(reader.view()), this.sandbox.organization);
    const wrong = counts.filter(({ inFile, inSandbox }) => inFile !== inSandbox);
    if (wrong.length > 0) throw new Error(`${file} differs: ${JSON.stringify(wrong)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox.close();
    rmSync(this.path, { recursive: true, force: true });
  }
}
