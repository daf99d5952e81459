/**
 * Parts of the page without a browser: their modules are compiled as they are loaded, and drawn to HTML by the renderer of
 * the page's own library, as they are first seen. Effects do not run: what only a document can show is for the other tests
 * of this folder. To be imported before the part, which is then imported with `await import`.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import type { ComponentType } from "preact";
import { jsx } from "preact/jsx-runtime";
import { LocationProvider } from "preact-iso";
import prerender, { locationStub } from "preact-iso/prerender";

// The reader of the page is in Berlin here: their time is another one than UTC, and the same on every machine.
process.env["TZ"] = "Europe/Berlin";
// Long lists draw what is in sight, in pixels.
Object.assign(globalThis, { window: { scrollY: 0, innerHeight: 800 } });

registerHooks({
  load(url, context, next) {
    if (!url.endsWith(".tsx")) return next(url, context);
    const { code } = transformSync(readFileSync(fileURLToPath(url), "utf8"), {
      loader: "tsx",
      jsx: "automatic",
      jsxImportSource: "preact",
      sourcemap: "inline",
    });
    return { format: "module", source: code, shortCircuit: true };
  },
});

/** Attributes by name, and the text within. */
type DrawnElement = Readonly<Record<string, string | undefined>> & { readonly text: string };

/** What is drawn. */
export interface Drawn {
  readonly html: string;
  /** All that is read, in its order; parts stand apart by one space. */
  readonly text: string;
  /** The elements of a name: their attributes, and in `text` what stands in them. */
  elements(name: string): readonly DrawnElement[];
  /** The texts of the elements of a name. */
  texts(name: string): readonly string[];
}

/** Draws a part. @param at address of the screen that it is on. */
export async function drawn<P extends object>(part: ComponentType<P>, props: NoInfer<P>, at = "/"): Promise<Drawn> {
  locationStub(at);
  const { html: whole } = await prerender(jsx(LocationProvider, { children: jsx(part, props) }));
  const html = whole.replace('<script type="isodata"></script>', "");
  const elements: Drawn["elements"] = (name) =>
    [...html.matchAll(new RegExp(`<${name}(\\s[^>]*)?>(?:(.*?)</${name}>)?`, "gs"))].map(
      ([, attributes = "", content = ""]) => ({
        ...Object.fromEntries(
          [...attributes.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, key = "", value = ""]) => [key, plain(value)]),
        ),
        text: read(content),
      }),
    );
  return { html, text: read(html), elements, texts: (name) => elements(name).map(({ text }) => text) };
}

function read(html: string): string {
  return plain(html.replaceAll(/<[^>]*>/g, " "))
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ([.,:;])(?= |$)/g, "$1")
    .trim();
}

function plain(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}
