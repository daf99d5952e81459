/** Runs on the thread that inspects a file while it is written, see inspection-thread.ts. */
import { parentPort } from "node:worker_threads";
import type { InspectionAnswer, InspectionMessage } from "./inspection-thread.ts";
import { WrittenFileInspection } from "./written-file.ts";

const inspection = new WrittenFileInspection();
let turn: Promise<void> = Promise.resolve();

parentPort?.on("message", (message: InspectionMessage) => {
  turn = turn.then(async () => parentPort?.postMessage(await answerTo(message)));
});

async function answerTo(message: InspectionMessage): Promise<InspectionAnswer> {
  try {
    if (message.kind === "finish") return { kind: "found", problems: await inspection.finish(endsOf(message)) };
    await inspection.take(frameOf(message), asBuffer(message.content));
    return { kind: "done" };
  } catch (caught) {
    return { kind: "failed", message: caught instanceof Error ? caught.message : String(caught) };
  }
}

function frameOf({ frame }: Extract<InspectionMessage, { readonly kind: "take" }>) {
  return { ...frame, rawXxh64: asBuffer(frame.rawXxh64), rawSha256: asBuffer(frame.rawSha256) };
}

function endsOf({ header, tail, size }: Extract<InspectionMessage, { readonly kind: "finish" }>) {
  return { header: asBuffer(header), tail: asBuffer(tail), size };
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
