import assert from "node:assert/strict";
import { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { SocketRoom } from "./socket-room.ts";

/** As many sockets as are asked for, which never connect. */
function socketsFor(context: TestContext, count: number): readonly Socket[] {
  const sockets = Array.from({ length: count }, (_, index) =>
    Object.defineProperty(new Socket(), "remotePort", { value: index + 1 }),
  );
  context.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  return sockets;
}

function closedOf(sockets: readonly Socket[]): readonly number[] {
  return [...sockets.keys()].filter((at) => sockets[at]?.destroyed);
}

test("a stranger's socket makes room before one of somebody with a session, the oldest first", (context) => {
  const room = new SocketRoom(3);
  const sockets = socketsFor(context, 5);
  for (const [at, socket] of sockets.entries()) {
    room.admit(socket);
    if (at === 0) room.trust(socket, "ann");
  }
  assert.deepEqual(closedOf(sockets), [1, 2]);
});

test("who holds the most makes room for others, who all get in", (context) => {
  const room = new SocketRoom(4);
  const sockets = socketsFor(context, 6);
  for (const [at, socket] of sockets.entries()) {
    room.admit(socket);
    room.trust(socket, ["ann", "eve", "eve", "eve", "bob", "eve"][at] ?? "");
  }
  assert.deepEqual(closedOf(sockets), [1, 2]);
});

test("a socket that was closed leaves its place to the next one", (context) => {
  const room = new SocketRoom(1);
  const [first, second] = socketsFor(context, 2);
  assert.ok(first && second);
  room.admit(first);
  room.trust(first, "ann");
  first.emit("close");
  room.admit(second);
  assert.deepEqual([first.destroyed, second.destroyed], [false, false]);
});
