import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { Code, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { BatonError, Status } from "../errors.ts";
import { BatonService } from "../proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { fromRpcError, toRpcError } from "./rpc-error.ts";

/** An answer without a message, in a frame of its own. */
const emptyMessage = Buffer.alloc(5);

/** What a client makes of a call to a server that answers as `answer` does. */
async function statusAfter(answer: (stream: ServerHttp2Stream) => void): Promise<Status> {
  const server = createServer();
  server.on("stream", answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const client = createClient(BatonService, createGrpcTransport({ baseUrl: `http://127.0.0.1:${port}` }));
  try {
    await client.heartbeat({});
  } catch (caught) {
    return fromRpcError(caught, "TEST-CALL", "heartbeat").status;
  } finally {
    server.close();
  }
  return Status.ok;
}

const begun = { ":status": 200, "content-type": "application/grpc" };

test("an answer that ends before its status, with or without its message, is a connection that was lost", async () => {
  const bare = await statusAfter((stream) => {
    stream.respond(begun);
    stream.end();
  });
  const withMessage = await statusAfter((stream) => {
    stream.respond(begun);
    stream.end(emptyMessage);
  });
  assert.deepEqual([bare, withMessage], [Status.unavailable, Status.unavailable]);
});

test("an internal error that the other side tells of is one", async () => {
  const status = await statusAfter((stream) => stream.respond({ ...begun, "grpc-status": "13" }, { endStream: true }));
  assert.equal(status, Status.internal);
});

test("texts of any length become short enough for a trailer, and stay well formed", () => {
  const long = `${"a".repeat(999)}${"😀".repeat(100_000)}`;
  const error = toRpcError(
    new BatonError({ code: "EX", status: Status.invalidArgument, message: long, effect: long, hint: long }),
  );
  assert.equal(error.code, Code.InvalidArgument);
  assert.equal(error.rawMessage.length, 1001);
  for (const value of [encodeURIComponent(error.rawMessage), ...error.metadata.values()]) {
    assert.ok(value.length < 4_000, value);
  }
});
