/** Writes an answer to the wire, whole or broken as a fault orders. Knows nothing of what it says. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Answer } from "./answer.ts";
import type { Fault } from "./faults.ts";

/** Waits so many milliseconds, or without a number until the client hangs up; rejects when it does. */
export type Wait = (ms: number | undefined) => Promise<void>;

/** Sends `answer`. Returns the status that went out, 0 when none did. Rejects when the client hangs up in a wait. */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
  fault: Fault | undefined,
  wait: Wait,
): Promise<number> {
  switch (fault?.kind) {
    case "reset":
      response.socket?.resetAndDestroy();
      return 0;
    case "raw":
      response.socket?.end(fault.bytes);
      return 0;
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
      return answer.status;
  }
}

function head(response: ServerResponse, answer: Answer, length: number | undefined): void {
  const lengthHeader = length === undefined ? {} : { "Content-Length": length };
  response.writeHead(answer.status, { ...answer.headers, Server: "Cloudsmith MCP", ...lengthHeader });
}

/** Once the kernel has the first bytes, the connection ends without the rest. */
function cut(response: ServerResponse, answer: Answer, afterBytes: number): number {
  head(response, answer, answer.body.length);
  response.flushHeaders();
  response.write(answer.body.subarray(0, afterBytes), () => response.socket?.end());
  return answer.status;
}

async function slow(
  response: ServerResponse,
  answer: Answer,
  { chunkBytes, everyMs }: { chunkBytes: number; everyMs: number },
  wait: Wait,
): Promise<number> {
  head(response, answer, answer.body.length);
  response.flushHeaders();
  for (let at = 0; at < answer.body.length; at += chunkBytes) {
    await wait(everyMs);
    response.write(answer.body.subarray(at, at + chunkBytes));
  }
  response.end();
  return answer.status;
}

async function stall(
  response: ServerResponse,
  answer: Answer,
  { at, ms }: { at: "headers" | "body"; ms?: number },
  wait: Wait,
): Promise<number> {
  const half = answer.body.length >> 1;
  if (at === "headers") await wait(ms);
  head(response, answer, answer.body.length);
  response.write(answer.body.subarray(0, half));
  if (at === "body") await wait(ms);
  response.end(answer.body.subarray(half));
  return answer.status;
}

const PADDING = Buffer.alloc(64 * 1024, " ");

async function huge(
  response: ServerResponse,
  answer: Answer,
  { bytes, declareLength = true }: { bytes: number; declareLength?: boolean },
): Promise<number> {
  const total = Math.max(bytes, answer.body.length);
  head(response, answer, declareLength ? total : undefined);
  response.write(answer.body);
  for (let left = total - answer.body.length; left > 0; left -= PADDING.length) {
    if (response.destroyed) return answer.status;
    const isFull = !response.write(PADDING.subarray(0, Math.min(left, PADDING.length)));
    if (isFull) await Promise.race([once(response, "drain"), once(response, "close")]);
  }
  response.end();
  return answer.status;
}

/** Too short a length leaves bytes on the connection; too long a one is followed by the connection's end. */
function wrongLength(response: ServerResponse, answer: Answer, delta: number): number {
  head(response, answer, Math.max(0, answer.body.length + delta));
  response.end(answer.body, () => {
    if (delta > 0) response.socket?.end();
  });
  return answer.status;
}
