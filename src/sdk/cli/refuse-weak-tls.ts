/** Refuses an environment that turns the check of certificates off. Knows the process's variables, no connection. */
import { BatonError, Status } from "../errors.ts";
import type { CliIo } from "./cli-io.ts";

/**
 * Ends a command that would send secrets. Our own connections are checked whatever the variable says; this is for the
 * libraries beside them, and for whoever believes that the switch works.
 * @throws BatonError BATON-TLS-OFF when NODE_TLS_REJECT_UNAUTHORIZED is 0 (Node: the one value that has an effect).
 */
export function refuseWeakTls({ NODE_TLS_REJECT_UNAUTHORIZED: value }: CliIo["env"]): void {
  if (value !== "0") return;
  throw new BatonError({
    code: "BATON-TLS-OFF",
    status: Status.unknown,
    message:
      "NODE_TLS_REJECT_UNAUTHORIZED=0 turns the check of certificates off: anybody on the way could read the key.",
    effect: "Nothing was sent.",
    hint: "Unset it. For a private certificate authority set NODE_EXTRA_CA_CERTS to its PEM file.",
    fatal: true,
  });
}
