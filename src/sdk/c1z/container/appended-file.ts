/** A new file that grows at its end, and proves as it goes that it holds what was written. Knows nothing of the content. */
import { type OpenFile, writeAll } from "./save.ts";

/** So much of the new file is handed to the device while the rest is being packed. */
const syncEveryBytes = 16 * 1024 * 1024;
/** What is asked of the file. */
export type ReadableTarget = Pick<OpenFile, "write" | "read" | "sync">;

/** Reads into `buffer` what the file holds from `position` on; the system may give it in parts. Returns how many bytes. */
export async function fill(buffer: Buffer, file: Pick<OpenFile, "read">, position: number): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

/** A file that grows at its end; what was appended is read back at once. */
export class AppendedFile {
  readonly #target: ReadableTarget;
  readonly #onReadBack: (bytes: Buffer) => void;
  /** By turns: what was read back before may still be in use. */
  readonly #buffers: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)];
  #bytes = 0;
  #syncedUpTo = 0;
  #syncing: Promise<void> = Promise.resolve();

  /** @param onReadBack gets what was read back, once, in order. */
  constructor(target: ReadableTarget, onReadBack: (bytes: Buffer) => void = () => {}) {
    this.#target = target;
    this.#onReadBack = onReadBack;
  }

  /** Returns what was read back, valid until the next but one is appended. */
  async append(bytes: Uint8Array): Promise<Buffer> {
    const start = this.#bytes;
    await writeAll(this.#target, bytes, start);
    const back = this.#nextBuffer(bytes.length);
    const length = await fill(back, this.#target, start);
    // What the buffer held before may be the very same bytes.
    if (length < bytes.length || !back.equals(bytes)) throw differs(`from byte ${start} on`);
    this.#onReadBack(back);
    this.#bytes += bytes.length;
    await this.#syncNowAndThen();
    return back;
  }

  #nextBuffer(length: number): Buffer {
    this.#buffers.reverse();
    if (this.#buffers[0].length < length) this.#buffers[0] = Buffer.allocUnsafeSlow(length);
    return this.#buffers[0].subarray(0, length);
  }

  /** What is on the device when the last byte comes need not be waited for then. */
  async #syncNowAndThen(): Promise<void> {
    if (this.#bytes - this.#syncedUpTo < syncEveryBytes) return;
    this.#syncedUpTo = this.#bytes;
    // A failure that is not told here would be told nobody: the system says it once.
    await this.#syncing;
    this.#syncing = this.#target.sync();
    this.#syncing.catch(() => {});
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Replaces bytes from the beginning on, as many as were there. */
  async replaceStart(bytes: Uint8Array): Promise<void> {
    await writeAll(this.#target, bytes, 0);
  }

  /** Returns when nothing of it is under way any more; its last bytes may not be on the device. */
  async finish(): Promise<void> {
    await this.#syncing;
  }
}

/** An error that says where file and content differ; its code is `EREADBACK`. */
export function differs(where: string): Error {
  return Object.assign(new Error(`the file differs ${where}`), { code: "EREADBACK" });
}
