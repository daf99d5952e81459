/** Writes an answer to the wire, whole or broken as a fault orders. Knows nothing of what it says. */
import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Answer } from "../endpoints/answer.ts";
import type { Fault } from "./faults.ts";

/** Waits so many milliseconds, or without a number until the client hangs up; rejects when it does. */
export type Wait = (ms: number | undefined) => Promise<void>;

/** Sends `answer`. Rejects when the client hangs up before all of it is sent. */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
  fault: Fault | undefined,
  wait: Wait,
): Promise<void> {
  switch (fault?.kind) {
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "raw":
      response.socket?.end(fault.bytes);
      return;
    case "cut":
      return cut(response, answer, fault.afterBytes ?? answer.body.length >> 1);
    case "slow":
      return slow(response, answer, fault, wait);
    case "stall":
      return stall(response, answer, fault, wait);
    case "huge":
      return huge(response, answer, fault);
    case "wrong-length":
      return wrongLength(response, answer, fault.delta);
    default:
      head(response, answer, answer.body.length);
      response.end(answer.body);
  }
}

function head(response: ServerResponse, answer: Answer, length: number | undefined): void {
  const lengthHeader = length === undefined ? {} : { "Content-Length": length };
  response.writeHead(answer.status, { ...answer.headers, Server: "Cloudsmith MCP", ...lengthHeader });
}

/** Once the kernel has the first bytes, the connection ends without the rest. */
function cut(response: ServerResponse, answer: Answer, afterBytes: number): void {
  head(response, answer, answer.body.length);
  response.flushHeaders();
  response.write(answer.body.subarray(0, afterBytes), () => response.socket?.end());
}

async function slow(
  response: ServerResponse,
  answer: Answer,
  { chunkBytes, everyMs }: { chunkBytes: number; everyMs: number },
  wait: Wait,
): Promise<void> {
  head(response, answer, answer.body.length);
  response.flushHeaders();
  for (let at = 0; at < answer.body.length; at += chunkBytes) {
    await wait(everyMs);
    response.write(answer.body.subarray(at, at + chunkBytes));
  }
  response.end();
}

async function stall(
  response: ServerResponse,
  answer: Answer,
  { at, ms }: { at: "headers" | "body"; ms?: number },
  wait: Wait,
): Promise<void> {
  const half = answer.body.length >> 1;
  if (at === "headers") await wait(ms);
  head(response, answer, answer.body.length);
  response.write(answer.body.subarray(0, half));
  if (at === "body") await wait(ms);
  response.end(answer.body.subarray(half));
}

const PADDING = Buffer.alloc(64 * 1024, " ");

async function huge(
  response: ServerResponse,
  answer: Answer,
  { bytes, declareLength = true }: { bytes: number; declareLength?: boolean },
): Promise<void> {
  const total = Math.max(bytes, answer.body.length);
  head(response, answer, declareLength ? total : undefined);
  await pipeline(padded(answer.body, total), response);
}

function* padded(body: Buffer, total: number): Generator<Buffer> {
  yield body;
  for (let left = total - body.length; left > 0; left -= PADDING.length) yield PADDING.subarray(0, left);
}

/** Too short a length leaves bytes on the connection; too long a one is followed by the connection's end. */
function wrongLength(response: ServerResponse, answer: Answer, delta: number): void {
  head(response, answer, Math.max(0, answer.body.length + delta));
  response.end(answer.body, () => {
    if (delta > 0) response.socket?.end();
  });
}
