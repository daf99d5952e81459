/** Tells whoever watches this process that reading a file moves on. */

let listener: (() => void) | undefined;

/** Says what to call while a file is read, again and again; undefined ends it. */
export function onProgress(listen: (() => void) | undefined): void {
  listener = listen;
}

/** Called where a piece of a file was unpacked, or rows were read. */
export function reportProgress(): void {
  listener?.();
}
