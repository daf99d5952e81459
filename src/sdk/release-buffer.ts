/** Gives the memory of large buffers back before V8 would. Knows nothing of what they hold. */

/**
 * Frees what `bytes` lies in; every view of it is empty from then on, so that the caller must be the last who holds
 * one. V8 counts what buffers hold and collects all garbage each time it has grown by some 32 MB, which makes those who
 * read hundreds of megabytes pay for it. A small one may lie in Node's pool, which others use too, and is left to V8.
 */
export function releaseBuffer(bytes: ArrayBufferView): void {
  const { buffer, byteLength } = bytes;
  // A part of the pool is below half of it. What a socket gives is as large as the whole pool, since that is 64 KiB.
  const isOwn = buffer.byteLength > Buffer.poolSize || byteLength >= Buffer.poolSize / 2;
  if (isOwn && byteLength > 0 && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** Frees what a stream handed out, unless more of the stream comes in the same memory: it is handed out as it is filled. */
export function releasePiece(piece: Uint8Array): void {
  if (piece.byteOffset + piece.length === piece.buffer.byteLength) releaseBuffer(piece);
}
