/** Gives the memory of large buffers back before V8 would. Knows nothing of what they hold. */

/**
 * Frees what `bytes` lies in; every view of it is empty from then on, so that the caller must be the last who holds
 * one. V8 counts what buffers hold and collects all garbage each time it has grown by some 32 MB, which makes those who
 * read hundreds of megabytes pay for it. A small buffer may lie in Node's pool, which others use too, and is left to V8.
 */
export function releaseBuffer(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) buffer.transfer(0);
}

/** Frees what a stream handed out, unless more of the stream comes in the same memory: it is handed out as it is filled. */
export function releasePiece(piece: Uint8Array): void {
  if (piece.byteOffset + piece.length === piece.buffer.byteLength) releaseBuffer(piece);
}
