/** Gives a file that the page made to the browser, which saves it. */

/** Saves `content` under a name; characters that file systems dislike become dashes. */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = safeFileName(name);
  link.click();
  // The browser has taken the content by then; keeping the address would keep the content as well.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A name without path separators, control characters and what Windows forbids; never empty. */
export function safeFileName(name: string): string {
  const safe = name
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}._ -]+/gu, "-")
    .replace(/^[.\s-]+|[.\s]+$/g, "");
  return safe === "" ? "file" : safe.slice(0, 120);
}
