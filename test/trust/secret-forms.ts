/** The forms in which a secret can stand in text, and a search for all of them. Shares no code with the redactor. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync, zstdDecompressSync } from "node:zlib";

/** A form by name. */
export type SecretForm = readonly [name: string, text: string];

/** A secret in the eight encodings, at every offset of base64. */
export function formsOf(secret: string): readonly SecretForm[] {
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.from("x".repeat(offset)), bytes]).toString("base64");
    // Without what the bytes before and behind have a part in.
    return text.slice(Math.ceil((offset * 4) / 3), Math.floor(((offset + bytes.length) * 4) / 3));
  });
  return [
    ["raw", secret],
    ["URL-encoded", encodeURIComponent(secret)],
    ...base64.map((text): SecretForm => ["base64", text]),
    ...base64.map((text): SecretForm => ["base64url", text.replaceAll("+", "-").replaceAll("/", "_")]),
    ["hex", bytes.toString("hex")],
    ["hex in capitals", bytes.toString("hex").toUpperCase()],
    ["JSON-escaped", json],
    ["JSON-escaped twice", JSON.stringify(json).slice(1, -1)],
    ["reversed", [...secret].reverse().join("")],
    ["first eight characters", secret.slice(0, 8)],
    ["last eight characters", secret.slice(-8)],
  ];
}

/** Where text was found in, for the failure's message. */
export interface Channel {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** Every form of every secret that stands in a channel, as `form of secret in channel`. */
export function hitsIn(channels: readonly Channel[], secrets: Readonly<Record<string, string>>): string[] {
  const forms = Object.entries(secrets).flatMap(([name, secret]) =>
    formsOf(secret).map((form) => [name, ...form] as const),
  );
  return channels.flatMap(({ name: channel, content }) => {
    const text = typeof content === "string" ? content : Buffer.from(content).toString("latin1");
    return forms.filter(([, , form]) => text.includes(form)).map(([name, kind]) => `${kind} of ${name} in ${channel}`);
  });
}

/** The files below a directory, and what is packed in those that are packed: c1z, zip and xlsx. */
export function filesBelow(directory: string): Channel[] {
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" });
  return names.flatMap((name) => {
    const path = join(directory, name);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return [];
    const content = readFileSync(path);
    return [{ name, content }, ...unpacked(content).map((inner) => ({ name: `${name}, unpacked`, content: inner }))];
  });
}

function unpacked(content: Buffer): Uint8Array[] {
  const magic = content.subarray(0, 5).toString("latin1");
  if (magic === "C1ZF\0") return [zstdDecompressSync(content.subarray(5))];
  if (magic === "C1Z3\0") return zstdFrames(content);
  return content.subarray(0, 4).toString("latin1") === "PK\x03\x04" ? zipEntries(content) : [];
}

/** What is packed wherever a frame of zstd begins. */
function zstdFrames(content: Buffer): Uint8Array[] {
  const begin = Buffer.from("28b52ffd", "hex");
  const frames: Uint8Array[] = [];
  for (let at = content.indexOf(begin); at >= 0; at = content.indexOf(begin, at + 1)) {
    try {
      frames.push(zstdDecompressSync(content.subarray(at)));
    } catch {
      // Packed bytes may look like the beginning of a frame.
    }
  }
  assert.ok(frames.length > 5, "each file of the store is a frame");
  return frames;
}

/** The entries of a zip, by its central directory (APPNOTE 4.3.12). */
function zipEntries(zip: Buffer): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = zip.indexOf("PK\x01\x02", 0, "latin1"); at >= 0; at = zip.indexOf("PK\x01\x02", at + 4, "latin1")) {
    const [method, size, local] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 42)];
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(start, start + size);
    entries.push(method === 0 ? bytes : inflateRawSync(bytes));
  }
  return entries;
}
