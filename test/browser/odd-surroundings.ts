/** Surroundings that tests of failures need: a clock that is off, a disk that is too small. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Sandbox } from "../../sandbox/server.ts";

/** In front of the sandbox, with another Date in every answer. */
export async function startDateProxy(
  sandbox: Sandbox,
  date: string,
): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer((incoming, answer) => {
    void (async () => {
      const { host: _, connection: __, ...headers } = incoming.headers;
      const asked = new URL(incoming.url ?? "/", `http://127.0.0.1:${sandbox.port}`);
      const given = await fetch(asked, { headers: headers as Record<string, string> });
      const body = Buffer.from(await given.arrayBuffer());
      const kept = [...given.headers].filter(([name]) => !/^(content-|date$|transfer-|connection)/.test(name));
      answer.writeHead(given.status, { ...Object.fromEntries(kept), "content-type": "application/json", date });
      answer.end(body);
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port, // of a TCP server
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}

/** Runs a command with a data directory on a disk of its own, which has room for the console but not for a sync. */
export const onSmallDisk: readonly string[] = [
  "unshare",
  "-rm",
  "bash",
  "-c",
  'mkdir -p "$HOME/data" && mount -t tmpfs -o size=3m,mode=700 tmpfs "$HOME/data" && exec "$0" "$@"',
];

/** A reason to leave out what needs it; false where it can be had. */
export function noSmallDisk(): string | false {
  const isPossible = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;
  return isPossible ? false : "a small disk is mounted with unshare, which is not here or not allowed";
}
