/**
 * Bounds that keep a hostile or broken file from filling memory or disk, or from taking for ever. Each has a setting
 * that raises it, which the error names.
 */
import { BatonError, Status } from "../../errors.ts";

/** Bounds on what is taken from a file. */
export interface DecoderLimits {
  /** Most decompressed bytes; undefined: as many as suits the file's own size, see `unpackedLimit`. */
  readonly maxDecodedBytes: number | undefined;
  /** Largest zstd window in bytes; default 128 MiB. */
  readonly maxWindowBytes: number;
  /** False: a declared size above the limit is found out while decompressing only. */
  readonly failFast: boolean;
  /** Most compressed frames, and files in a version 3 payload; default 10,000. */
  readonly maxFrames: number;
  /** Most bytes of one row; default 32 MiB. */
  readonly maxRowBytes: number;
  /** Most rows of one list; undefined: as many as suits the file's own size, see `rowLimit`. */
  readonly maxRows: number | undefined;
}

/** Settings by the bound that they raise. */
export const limitSettings = {
  decoded: "BATON_DECODER_MAX_DECODED_SIZE_MB",
  window: "BATON_DECODER_MAX_MEMORY_MB",
  frames: "BATON_DECODER_MAX_FRAMES",
  row: "BATON_DECODER_MAX_ROW_MB",
  rows: "BATON_DECODER_MAX_ROWS",
} as const;

const mebibyte = 1024 * 1024;
/** A real file shrinks to a tenth to a thirtieth: two hundred times as many bytes come out of none. */
const mostRatio = 200;
/** Small files may hold nothing but repetition; so much is unpacked in a moment. */
const alwaysAllowedBytes = 256 * mebibyte;
const mostBytes = 10 * 1024 * mebibyte;
/** A row of a real file takes ten bytes and more, packed. */
const rowsPerByte = 2;
/** So many are read in a moment. */
const alwaysAllowedRows = 200_000;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Bounds from the environment; the names that the Go SDK has as well mean the same. Values that are no whole numbers
 * are ignored, as they are there.
 * @throws BatonError `FILE-DECODER-LIMIT` for 0.
 */
export function decoderLimits(env: Environment): DecoderLimits {
  const megabytes = (name: string): number | undefined => {
    const value = positive(env, name);
    return value === undefined ? undefined : value * mebibyte;
  };
  return {
    maxDecodedBytes: megabytes(limitSettings.decoded),
    maxWindowBytes: megabytes(limitSettings.window) ?? 128 * mebibyte,
    failFast: env["BATON_DISABLE_FCS_FAIL_FAST"] !== "1",
    maxFrames: positive(env, limitSettings.frames) ?? 10_000,
    maxRowBytes: megabytes(limitSettings.row) ?? 32 * mebibyte,
    maxRows: positive(env, limitSettings.rows),
  };
}

/** Bytes that a file of `fileBytes` may unpack to: the setting, else 200 times its size, 256 MiB to 10 GiB. */
export function unpackedLimit(limits: DecoderLimits, fileBytes: number): number {
  return limits.maxDecodedBytes ?? Math.min(Math.max(fileBytes * mostRatio, alwaysAllowedBytes), mostBytes);
}

/** Rows that one list of a file of `fileBytes` may have: the setting, else two for each byte, 200,000 at least. */
export function rowLimit(limits: DecoderLimits, fileBytes: number): number {
  return limits.maxRows ?? Math.max(fileBytes * rowsPerByte, alwaysAllowedRows);
}

/** The refusal of a list with more than `limit` rows. */
export function tooManyRows(path: string, limit: number): BatonError {
  return overLimit(path, "holds a list of more rows than the limit", limitSettings.rows, `${limit}`);
}

function positive(env: Environment, name: string): number | undefined {
  const text = env[name] ?? "";
  if (!/^\d+$/.test(text)) return undefined;
  if (Number(text) > 0) return Number(text);
  throw new BatonError({
    code: "FILE-DECODER-LIMIT",
    status: Status.invalidArgument,
    message: `${name} must be at least 1.`,
    effect: "No file was opened.",
    hint: `Unset ${name} or give it a number from 1.`,
  });
}

/**
 * The refusal of a file that goes beyond a bound: `FILE-DECODER-LIMIT`.
 * @param what completes "FILE ...", such as `unpacks to more than the limit`.
 */
export function overLimit(path: string, what: string, setting: string, limit: string, cause?: unknown): BatonError {
  return new BatonError({
    code: "FILE-DECODER-LIMIT",
    status: Status.resourceExhausted,
    message: `${path} ${what} of ${limit}.`,
    effect: "Nothing was read from it and it was not changed.",
    hint: `When the file can be trusted, set ${setting} to a larger number.`,
    cause,
  });
}

/** `256 MiB`. */
export function mebibytes(bytes: number): string {
  return `${bytes / mebibyte} MiB`;
}

/** The refusal of a file that unpacks to more than `limit` bytes. */
export function tooLargeUnpacked(path: string, limit: number): BatonError {
  return overLimit(path, "unpacks to more than the limit", limitSettings.decoded, mebibytes(limit));
}
