/** `baton-cloudsmith sandbox`: a synthetic organization on this machine, to try everything out without a key. */
import type { ExtraCommand } from "./sdk/cli/app.ts";
import { listenForInterrupt } from "./sdk/cli/interrupt.ts";

/** The command; the sandbox itself is loaded only when it runs. */
export const sandboxCommand: ExtraCommand = {
  name: "sandbox",
  summary: "Serve a synthetic Cloudsmith organization on this machine",
  async run(argv, io) {
    const { runSandboxCommand } = await import("../sandbox/command.ts");
    const { signal, release } = listenForInterrupt(io, {
      effect: "The sandbox is gone; nothing of it was kept.",
      hint: "Start it again with the same --seed for the same organization.",
    });
    try {
      return await runSandboxCommand(argv, {
        stdout: (text) => io.stdout.write(text),
        stderr: (text) => io.stderr.write(text),
        signal,
      });
    } finally {
      release();
    }
  },
};
