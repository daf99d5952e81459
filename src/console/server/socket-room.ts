/**
 * The sockets that a server holds, and which of them makes room when there is none: one of those over which nobody with a
 * session has asked yet, the one that came first. So a client that opens sockets and leaves them open, or asks half a question,
 * keeps nobody out. Knows no HTTP.
 */
import type { Socket } from "node:net";

/** What of a socket counts; one under TLS is the same place as the one below it. */
type Place = Pick<Socket, "remoteAddress" | "remotePort">;

/** Sockets in the order in which they came. */
export class SocketRoom {
  readonly #most: number;
  readonly #strangers = new Map<string, Socket>();
  readonly #owners = new Map<string, Socket>();

  /** @param most sockets that are held at once. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a new socket in; another one is closed for it where the room is full. */
  admit(socket: Socket): void {
    const place = placeOf(socket);
    if (this.#strangers.size + this.#owners.size >= this.#most) {
      const [oldest] = this.#strangers;
      if (oldest === undefined) {
        socket.destroy();
        return;
      }
      this.#strangers.delete(oldest[0]);
      oldest[1].destroy();
    }
    this.#strangers.set(place, socket);
    socket.once("close", () => {
      for (const sockets of [this.#strangers, this.#owners]) if (sockets.get(place) === socket) sockets.delete(place);
    });
  }

  /** Somebody with a session has asked over it: it is not closed for another one any more. */
  trust(socket: Place): void {
    const place = placeOf(socket);
    const found = this.#strangers.get(place);
    if (found === undefined) return;
    this.#strangers.delete(place);
    this.#owners.set(place, found);
  }
}

function placeOf({ remoteAddress, remotePort }: Place): string {
  return `${remoteAddress} ${remotePort}`;
}
