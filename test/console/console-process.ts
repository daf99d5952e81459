/** The real command `console` as a process of its own, on a data directory in a scratch place. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ensureConsoleBuilt } from "../../scripts/build.ts";
import { launcher } from "../e2e/program.ts";

/** A console that runs. */
export interface ConsoleProcess extends AsyncDisposable {
  readonly pid: number;
  readonly origin: string;
  readonly port: number;
  readonly dataDir: string;
  /** The launch link that it printed. */
  readonly link: string;
  stderr(): string;
  ask(
    path: string,
    options?: { readonly host?: string; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }>;
  /** Tells it to stop and waits for its end. */
  stop(): Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** Starts it with further arguments and waits for its link. */
export async function startConsole(
  argv: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  /** A command that runs the one behind it, such as one that gives it another file system. */
  under: readonly string[] = [],
  /** What is run; a script that starts the console takes its flags as well. */
  program: readonly string[] = [launcher, "console"],
): Promise<ConsoleProcess> {
  await ensureConsoleBuilt();
  const home = mkdtempSync(join(tmpdir(), "console-process-"));
  const dataDir = join(home, "data");
  const port = argv.includes("--port") ? [] : ["--port", "0"];
  const command = [process.execPath, ...program, "--no-open", ...port, "--data-dir", dataDir, ...argv];
  const [file = "", ...args] = [...under, ...command];
  const child = spawn(file, args, {
    cwd: home,
    env: { HOME: home, PATH: "/usr/bin:/bin", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  const ended = once(child, "close");
  child.stdout.setEncoding("utf8");
  for await (const chunk of child.stdout) {
    stdout += String(chunk);
    if (stdout.includes("Ctrl+C")) break;
  }
  const link = /https?:\/\/\S+/.exec(stdout)?.[0];
  if (link === undefined) throw new Error(`the console did not start: ${stdout}${stderr}`);
  const { origin, port: portText } = new URL(link);
  const stop: ConsoleProcess["stop"] = async () => {
    child.kill("SIGTERM");
    await ended;
    return { code: child.exitCode, stderr };
  };
  return {
    origin,
    dataDir,
    link,
    stop,
    pid: child.pid ?? 0,
    port: Number(portText),
    stderr: () => stderr,
    async ask(path, { host = "127.0.0.1", headers = {} } = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
      request({ host, port: Number(portText), path, headers, agent: false })
        .on("response", resolve)
        .on("error", reject)
        .end();
      const response = await promise;
      return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
    },
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
