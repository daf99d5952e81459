/** The text of a small file that people or their programs wrote. */

/** UTF-8, or UTF-16 where its mark says so, as some programs of Windows write it. The mark of UTF-16 stays in the text. */
export function textOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString("utf16le");
  const isBigEndian = bytes[0] === 0xfe && bytes[1] === 0xff && bytes.length % 2 === 0;
  return isBigEndian ? bytes.swap16().toString("utf16le") : bytes.toString("utf8");
}
