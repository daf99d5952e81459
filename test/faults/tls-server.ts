/** TLS in front of a plain server on this machine, as good or as bad as a test wants it. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { createServer, type TlsOptions } from "node:tls";

/** Listens on 127.0.0.1 and passes what it decrypts on to `port`; `await using` closes it. */
export interface TlsFront extends AsyncDisposable {
  readonly port: number;
  /** Bytes that clients sent inside of TLS. */
  readonly received: number;
}

/** Starts it. */
export async function startTlsFront(port: number, options: TlsOptions): Promise<TlsFront> {
  let received = 0;
  const server = createServer(options, (socket) => {
    const inner = connect(port, "127.0.0.1");
    socket.on("data", (chunk) => {
      received += chunk.length;
    });
    socket.pipe(inner).pipe(socket);
    // Either end may go first; the tests look at what the program makes of it.
    for (const end of [socket, inner]) end.on("error", () => inner.destroy());
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port, // of a TCP server
    get received() {
      return received;
    },
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}
