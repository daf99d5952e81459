/** Runs commands as a person at a shell would, to their end. */
import { spawn } from "node:child_process";
import { once } from "node:events";

/** How commands are run. */
export interface ShellOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What is typed at prompts, a line each. */
  readonly typed?: readonly string[];
}

/** Runs the commands in bash, each of which must end well. Throws what was printed when one does not. */
export async function shell(commands: string, { cwd, env, typed = [] }: ShellOptions): Promise<string> {
  // Without its settings: it takes the socket that it reads from for a login from afar.
  const child = spawn("bash", ["--norc", "-euo", "pipefail", "-c", commands], {
    cwd,
    env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  child.stdin.on("error", () => {}); // Commands that read nothing may be gone before it is written.
  child.stdin.end(typed.map((line) => `${line}\n`).join(""));
  await once(child, "close");
  if (child.exitCode !== 0)
    throw new Error(`exit code ${child.exitCode ?? child.signalCode}\n${commands}\n${output.slice(-4000)}`);
  return output;
}
