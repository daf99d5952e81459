/** Loads the code of a built-in command when it runs, so that the others cost nothing. */
import type { CommandRun } from "./invocation.ts";

const loaders: Readonly<Record<string, () => Promise<CommandRun>>> = {
  "": async () => (await import("./commands/sync.ts")).runSyncCommand,
  capabilities: async () => (await import("./commands/capabilities.ts")).runCapabilities,
  completion: async () => (await import("./commands/completion.ts")).runCompletion,
  config: async () => (await import("./commands/config.ts")).runConfig,
  doctor: async () => (await import("./commands/doctor.ts")).runDoctor,
  "health-check": async () => (await import("./commands/health-check.ts")).runHealthCheck,
  help: async () => (await import("./commands/help.ts")).runHelp,
  inspect: async () => (await import("./commands/inspect.ts")).runInspect,
  serve: async () => (await import("./commands/serve.ts")).runServe,
  validate: async () => (await import("./commands/validate.ts")).runValidate,
  version: async () => (await import("./commands/version.ts")).runVersion,
};

/** The code of the command called `name` in the command table. */
export async function loadCommand(name: string): Promise<CommandRun> {
  const load = loaders[name];
  if (!load) throw new TypeError(`no code for command ${name}`);
  return await load();
}
