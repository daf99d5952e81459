/**
 * Writes zip archives, piece by piece, with fixed times and modes, so that the same content gives the same bytes. The
 * format is fflate's business; zlib compresses, in a thread of its own, several times as fast.
 */
import { once } from "node:events";
import { createDeflateRaw, type DeflateRaw } from "node:zlib";
import { Zip, ZipPassThrough } from "fflate";
import { BatonError, Status } from "../../sdk/errors.ts";

/** Beyond these, the plain format (PKZIP appnote, without zip64) has no room. */
const maxBytes = 0xffffffff;
const maxEntries = 0xffff;
/** Method of compression (PKZIP appnote). */
const deflate = 8;
/** Made on Unix, so that the mode counts (PKZIP appnote: version made by). */
const unix = 3;
/** The earliest there is, by the clock on the wall as the format has it: times would differ from run to run. */
const earliest = new Date(1980, 0, 1);
/** A file that its owner reads and writes. */
const attributes = 0o100600 * 0x10000;
/** Bytes of which one piece is made before it is compressed: a line at a time would take as long as a page. */
const gatheredBytes = 65_536;

/** Writes one archive: `add` the entries one after the other, then `finish`. */
export class ZipWriter {
  readonly #zip: Zip;
  #entries = 0;
  #written = 0;

  /** @param sink called with the archive's bytes in their order. */
  constructor(sink: (bytes: Uint8Array) => void) {
    this.#zip = new Zip((error, bytes) => {
      if (error) throw error;
      this.#written += bytes.length;
      sink(bytes);
    });
  }

  /**
   * Adds a file. Others are let in between its pieces.
   * @param name path inside the archive, with `/`.
   * @throws BatonError `ZIP-TOO-LARGE` past 4 GiB or 65,535 entries, and whatever `chunks` throws.
   */
  async add(name: string, chunks: Iterable<string | Uint8Array>): Promise<void> {
    if (++this.#entries > maxEntries) throw tooLarge();
    using entry = new DeflatedEntry(name);
    this.#zip.add(entry);
    let bytes = 0;
    for (const piece of gather(chunks)) {
      bytes += piece.length;
      entry.push(piece);
      if (Math.max(bytes, this.#written) > maxBytes) throw tooLarge();
      await entry.taken();
    }
    entry.push(new Uint8Array(0), true);
    await entry.done();
  }

  /** Writes the directory of the archive. */
  finish(): void {
    this.#zip.end();
    if (this.#written > maxBytes) throw tooLarge();
  }
}

/** An entry whose content zlib compresses. */
class DeflatedEntry extends ZipPassThrough {
  readonly #deflate: DeflateRaw = createDeflateRaw({ level: 6 });
  readonly #ended: Promise<unknown>;

  constructor(name: string) {
    super(name);
    this.compression = deflate;
    this.os = unix;
    this.attrs = attributes;
    this.mtime = earliest;
    this.#deflate.on("data", (packed: Buffer<ArrayBuffer>) => this.#pass(packed));
    this.#ended = once(this.#deflate, "end");
    // Who adds the entry is told, when it asks.
    this.#ended.catch(() => undefined);
  }

  protected override process(chunk: Uint8Array, final: boolean): void {
    this.#deflate.write(chunk);
    if (final) this.#deflate.end();
  }

  /** The stream is who hears what the sink throws: nobody else is there to. */
  #pass(packed: Uint8Array<ArrayBuffer>): void {
    try {
      this.ondata(null, packed, false);
    } catch (caught) {
      this.#deflate.destroy(caught instanceof Error ? caught : new Error(String(caught)));
    }
  }

  /** Waits until there is room for more. @throws what the sink threw. */
  async taken(): Promise<void> {
    if (this.#deflate.errored) throw this.#deflate.errored;
    if (this.#deflate.writableNeedDrain) await once(this.#deflate, "drain");
  }

  /** Waits for the last of it, and closes the entry. */
  async done(): Promise<void> {
    await this.#ended;
    this.ondata(null, new Uint8Array(0), true);
  }

  [Symbol.dispose](): void {
    this.#deflate.destroy();
  }
}

/** Small texts as large pieces. */
function* gather(chunks: Iterable<string | Uint8Array>): Generator<Uint8Array> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    const piece = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    held.push(piece);
    bytes += piece.length;
    if (bytes < gatheredBytes) continue;
    yield Buffer.concat(held);
    held = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(held);
}

function tooLarge(): BatonError {
  return new BatonError({
    code: "ZIP-TOO-LARGE",
    status: Status.outOfRange,
    message: "The archive would be larger than the zip format allows (4 GiB, 65,535 entries).",
    effect: "It was not written.",
    hint: "Write the reports one by one, as CSV or JSON.",
  });
}
