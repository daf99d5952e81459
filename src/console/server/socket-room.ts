/**
 * The sockets that a server holds, and which of them makes room when there is none: of those over which nobody with a session
 * has asked yet the one that came first, else one of the person who holds the most. So a client that opens sockets and leaves
 * them open, or asks half a question, keeps nobody else out. Knows no HTTP.
 */
import type { Socket } from "node:net";
import { givesWay } from "./fair-share.ts";

/** What of a socket counts; one under TLS is the same place as the one below it. */
type Place = Pick<Socket, "remoteAddress" | "remotePort">;

interface Held {
  readonly socket: Socket;
  /** Who asked over it; undefined as long as nobody with a session did. */
  owner: string | undefined;
}

/** Sockets in the order in which they came. */
export class SocketRoom {
  readonly #most: number;
  readonly #held = new Map<string, Held>();

  /** @param most sockets that are held at once. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a new socket in; another one is closed for it where the room is full. */
  admit(socket: Socket): void {
    const place = placeOf(socket);
    if (this.#held.size >= this.#most) this.#makeRoom();
    this.#held.set(place, { socket, owner: undefined });
    socket.once("close", () => {
      if (this.#held.get(place)?.socket === socket) this.#held.delete(place);
    });
  }

  /** Somebody with a session has asked over it: no stranger's takes its place any more. */
  trust(socket: Place, owner: string): void {
    const held = this.#held.get(placeOf(socket));
    if (held) held.owner = owner;
  }

  #makeRoom(): void {
    const held = [...this.#held];
    const stranger = held.find(([, { owner }]) => owner === undefined);
    const [place = "", last] = stranger ?? givesWay(held, ([, { owner }]) => owner) ?? [];
    this.#held.delete(place);
    last?.socket.destroy();
  }
}

function placeOf({ remoteAddress, remotePort }: Place): string {
  return `${remoteAddress} ${remotePort}`;
}
