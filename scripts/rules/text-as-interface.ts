/**
 * Text is no interface: what rooms tell each other is keys, codes, reasons and typed events, and a sentence is for
 * people. Nobody searches a message, matches it against a pattern, takes it apart, compares it or looks something up by it.
 */
import type { Node } from "oxc-parser";
import { isTest, type SourceFile, type Violation } from "./source-files.ts";

/** Properties and variables that hold words for people. */
const texts = new Set([
  ...["message", "statement", "quote", "hint", "effect", "label", "title", "headline", "sentence", "caption"],
]);
/** These may be keys, which can be compared; a search in them shows that they are sentences. */
const perhapsTexts = new Set([...texts, "reason", "detail", "details", "displayName"]);
const searches = new Set([
  "includes",
  "startsWith",
  "endsWith",
  "match",
  "matchAll",
  "search",
  "indexOf",
  "lastIndexOf",
  "replace",
  "replaceAll",
]);
const patternCalls = new Set(["test", "exec"]);
const lookUps = new Set(["get", "has"]);
/** What can be done to a text without making it another thing. */
const sameText = new Set(["toLowerCase", "toUpperCase", "trim", "trimStart", "trimEnd", "normalize", "toString"]);

/** The last rooms before a person: they break lines, end sentences and mark words of what they are about to show. */
const lastRooms: readonly string[] = ["src/sdk/cli/logger.ts", "src/reports/render/"];

/**
 * Texts of other programs that carry a fact nowhere else. Nothing is decided by them; a part is quoted to a person.
 * OpenSSL: Node gives the reason of a failed handshake (code EPROTO) in the message alone.
 */
const quoted: Readonly<Record<string, number>> = { "src/sdk/net/trusted-roots.ts": 1 };

/** Places that take words for people as data. */
export function textAsInterface(files: readonly SourceFile[]): readonly Violation[] {
  const found = files
    .filter(({ path }) => !isTest(path) && !lastRooms.some((room) => path.startsWith(room)))
    .flatMap((file) => readersIn(file));
  const counts = Map.groupBy(found, ({ file }) => file);
  return found.filter(({ file }) => (counts.get(file)?.length ?? 0) > (quoted[file] ?? 0));
}

function readersIn({ path, text, program }: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  const report = (node: Node, what: string): void => {
    const line = text.slice(0, node.start).split("\n").length;
    found.push({
      file: path,
      problem: `line ${line} ${what}: ${text.slice(node.start, node.end).split("\n")[0] ?? ""}`,
    });
  };
  visit(program, new Set(), report);
  return found;
}

type Report = (node: Node, what: string) => void;

/** @param aliases variables of this function that hold a text under another name. */
function visit(node: Node, aliases: Set<string>, report: Report): void {
  const scope = isFunction(node) ? new Set(aliases) : aliases;
  if (node.type === "VariableDeclarator" && node.init && node.id.type === "Identifier") {
    if (isText(node.init, scope, texts)) scope.add(node.id.name);
  }
  if (node.type === "CallExpression") visitCall(node, scope, report);
  if (node.type === "BinaryExpression" && /^[!=]==?$/.test(node.operator)) {
    const sides = [node.left, node.right];
    if (sides.some((side) => isText(side as Node, scope, texts)) && !sides.some(isNothing)) {
      report(node, "compares words for people");
    }
  }
  if (node.type === "SwitchStatement" && isText(node.discriminant, scope, texts)) {
    report(node.discriminant, "decides by words for people");
  }
  for (const child of childrenOf(node)) visit(child, scope, report);
}

function visitCall(call: Extract<Node, { type: "CallExpression" }>, scope: Set<string>, report: Report): void {
  const { callee } = call;
  if (callee.type !== "MemberExpression" || callee.computed || callee.property.type !== "Identifier") return;
  const method = callee.property.name;
  const [argument] = call.arguments;
  if (searches.has(method) && isText(callee.object, scope, perhapsTexts)) report(call, "searches words for people");
  if (!argument) return;
  if (patternCalls.has(method) && isText(argument, scope, perhapsTexts)) report(call, "matches words for people");
  if (lookUps.has(method) && isText(argument, scope, texts)) report(call, "looks up by words for people");
}

/** Whether an expression gives a text for people, as far as names tell. */
function isText(node: Node, scope: ReadonlySet<string>, names: ReadonlySet<string>): boolean {
  switch (node.type) {
    case "Identifier":
      return names.has(node.name) || scope.has(node.name);
    case "MemberExpression":
      return !node.computed && node.property.type === "Identifier" && names.has(node.property.name);
    case "ChainExpression":
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "ParenthesizedExpression":
    case "AwaitExpression":
      return isText(childExpression(node), scope, names);
    case "ConditionalExpression":
      return isText(node.consequent, scope, names) || isText(node.alternate, scope, names);
    case "LogicalExpression":
      return isText(node.left, scope, names) || isText(node.right, scope, names);
    case "TemplateLiteral":
      return node.expressions.some((part) => isText(part, scope, names));
    case "CallExpression":
      return isTextCall(node, scope, names);
    default:
      return false;
  }
}

function childExpression(node: Node): Node {
  if ("expression" in node) return node.expression as Node;
  return "argument" in node ? (node.argument as Node) : node;
}

/** `String(error)`, and a text that is only trimmed or put in lower case. */
function isTextCall(
  call: Extract<Node, { type: "CallExpression" }>,
  scope: ReadonlySet<string>,
  names: ReadonlySet<string>,
): boolean {
  const { callee } = call;
  if (callee.type === "Identifier" && callee.name === "String") {
    const [argument] = call.arguments;
    if (argument?.type === "Identifier" && /^(?:error|caught|cause|failure)$/.test(argument.name)) return true;
    return argument !== undefined && isText(argument, scope, names);
  }
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return false;
  return sameText.has(callee.property.name) && isText(callee.object, scope, names);
}

/** Comparing with it asks whether there is a text at all. */
function isNothing(node: Node): boolean {
  if (node.type === "Identifier") return node.name === "undefined";
  return node.type === "Literal" && (node.value === "" || node.value === null);
}

function isFunction({ type }: Node): boolean {
  return type === "FunctionDeclaration" || type === "FunctionExpression" || type === "ArrowFunctionExpression";
}

function childrenOf(node: Node): readonly Node[] {
  return Object.values(node).flatMap((value: unknown) => {
    if (Array.isArray(value)) return value.filter(isNode);
    return isNode(value) ? [value] : [];
  });
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
