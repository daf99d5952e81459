/** What the tests of the pages look at: codes in sources, codes and links in pages, the rules for MDX. Pure. */

/** A code as it stands in the source, or the form of a code that is put together. */
export type CodePattern = string | RegExp;

const codeForm = /^[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+$/;

/**
 * All error and warning codes in sources: literals and templates after `code:` or `...Code =`, and every other literal
 * of their families, for codes that are arguments; of those, the beginning of another code is none itself.
 */
export function codesInSource(sources: readonly string[]): CodePattern[] {
  const texts = sources.map(withoutComments);
  const literals = texts.flatMap((text) => [...text.matchAll(/\b(?:code:|[cC]ode =) *"([^"]*)"/g)].map(group1));
  const templates = texts.flatMap((text) => [...text.matchAll(/\bcode: *`([^`]*)`/g)].map(group1));
  const families = new Set([...literals, ...templates].filter((code) => /^[A-Z]/.test(code)).map(familyOf));
  const all = texts.flatMap((text) => [...text.matchAll(/"([^"\n]*)"/g)].map(group1));
  const codes = [...new Set(all)].filter((code) => codeForm.test(code) && families.has(familyOf(code)));
  const beginsAnother = (code: string): boolean => [...codes, ...templates].some((one) => one.startsWith(`${code}-`));
  const whole = codes.filter((code) => literals.includes(code) || !beginsAnother(code));
  return [...whole, ...[...new Set(templates)].map(toPattern)];
}

function group1([, text = ""]: RegExpExecArray): string {
  return text;
}

function familyOf(code: string): string {
  return code.split("-")[0] ?? "";
}

function toPattern(template: string): RegExp {
  return new RegExp(`^${template.replaceAll(/\$\{[^}]*\}/g, "[A-Z0-9]+")}$`);
}

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
}

/** The codes in the first column of a page's tables. */
export function documentedCodes(page: string): string[] {
  const cells = [...page.matchAll(/^\| ([^|]+) \|/gm)].map(group1);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(group1));
}

/** A link inside the repository. */
export interface Link {
  /** Path relative to the page; "" for the page itself. */
  readonly target: string;
  /** Without `#`; "" when the page as a whole is meant. */
  readonly anchor: string;
}

/** The links of a page that stay inside the repository. */
export function linksIn(page: string): Link[] {
  const links = [...withoutCode(page).matchAll(/\]\(([^)\s]+)\)/g)].map(group1);
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [target = "", anchor = ""] = link.split("#");
      return { target, anchor };
    });
}

/** The anchors that GitHub gives to a page's headings. */
export function slugsOf(page: string): string[] {
  const headings = [...withoutFences(page).matchAll(/^#{1,6} (.+)$/gm)].map(group1);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}

function withoutFences(page: string): string {
  return page.replaceAll(/^ *```[\s\S]*?^ *```$/gm, "");
}

function withoutCode(page: string): string {
  return withoutFences(page).replaceAll(/`[^`\n]*`/g, "");
}

const allowedComponents = new Set([
  ...["Card", "Check", "Frame", "Icon", "Info", "Note", "Step", "Steps", "Tab", "Tabs", "Tip", "Warning"],
]);

/** What is wrong with an MDX page, in words; empty when nothing is (C1: rules for connector pages). */
export function lintMdx(page: string): string[] {
  const body = withoutCode(page.replace(/^---\n[\s\S]*?\n---\n/, ""));
  const complaints: string[] = [];
  if (/^(?:import|export)\b/m.test(body)) complaints.push("an import or export");
  if (/[{}]/.test(body)) complaints.push("an expression in braces");
  if (/(?:href|src)=["'](?!https:\/\/|\/|#)/.test(body) || /\]\((?!https:\/\/)[a-z]+:/.test(body)) {
    complaints.push("a link of a scheme other than https");
  }
  return [...complaints, ...lintTags(body)];
}

function lintTags(body: string): string[] {
  const complaints: string[] = [];
  const open: string[] = [];
  for (const [, slash, name = "", rest = ""] of body.matchAll(/<(\/?)([A-Za-z][\w.]*)([^>]*)>/g)) {
    if (!allowedComponents.has(name)) complaints.push(`component ${name} is not allowed`);
    else if (slash) {
      const last = open.pop();
      if (last !== name) complaints.push(`${last ?? "nothing"} is not closed before ${name}`);
    } else if (!rest.endsWith("/")) open.push(name);
  }
  return [...complaints, ...open.map((name) => `${name} is not closed`)];
}
