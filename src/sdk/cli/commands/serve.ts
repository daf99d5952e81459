/** `serve`: the connector over gRPC for other syncers, until a stop signal. */
import { type Command, ownFlag } from "../app.ts";

/** Prints the address on standard output, and a token that it made in the next line. */
export const serveCommand: Command = {
  name: "serve",
  summary: "Serve the connector to another syncer over gRPC",
  settings: "connector",
  options: [
    {
      kind: "string",
      name: "listen",
      description: "Address to listen on; port 0 is any free one",
      default: "127.0.0.1:0",
      ...ownFlag,
    },
    { kind: "string", name: "tls-cert", description: "PEM certificate; needed beyond this machine", ...ownFlag },
    { kind: "string", name: "tls-key", description: "PEM private key of the certificate", ...ownFlag },
    {
      kind: "string",
      name: "token-file",
      description: "File with the token that callers must send; made and printed once if unset",
      ...ownFlag,
    },
    {
      kind: "string",
      name: "tls-client-ca",
      description: "PEM authorities of callers, who then show a certificate in place of a token",
      ...ownFlag,
    },
  ],
  run: async (invocation) => (await import("./run-serve.ts")).runServe(invocation),
};
