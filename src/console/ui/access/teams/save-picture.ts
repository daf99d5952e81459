/** Turns the saved picture's SVG into a PNG, within the browser. */

/** Twice the size in pixels, so that it is sharp in print. */
const scale = 2;

/** The SVG as a blob. */
export function svgBlob(svg: string): Blob {
  return new Blob([svg], { type: "image/svg+xml" });
}

/** The same picture in pixels. @param size of the SVG. Rejects when the browser cannot draw it. */
export async function pngBlob(svg: string, size: { readonly width: number; readonly height: number }): Promise<Blob> {
  const address = URL.createObjectURL(svgBlob(svg));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = size.width * scale;
    canvas.height = size.height * scale;
    const context = canvas.getContext("2d");
    if (!context) throw new Error("The browser gives no canvas.");
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await blobOf(canvas);
  } finally {
    URL.revokeObjectURL(address);
  }
}

function blobOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("The browser could not make the PNG."))),
      "image/png",
    );
  });
}
