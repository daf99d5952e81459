/** Signs that what was read is not all there is, or not as it is, from a connector's tables of codes. Knows no product. */
import type { SyncWarning, WarningSeverity } from "../contracts/connector.ts";

/** What a code means for the whole; one without is a note. */
export type SignMeanings = Readonly<Record<string, readonly [signal: string, severity: WarningSeverity]>>;

/** Makes the signs of a connector. */
export interface SignTable<Code extends string> {
  /** About what the sentence of the code names. */
  sign(code: Code, about?: Readonly<Record<string, string | number>>): SyncWarning;
  /** With a sentence of its own. */
  meant(code: string, message: string): SyncWarning;
}

/** In a sentence `{name}` stands for what a sign is about. */
export function signTable<Code extends string>(
  sentences: Readonly<Record<Code, string>>,
  meanings: SignMeanings,
): SignTable<Code> {
  const meant = (code: string, message: string): SyncWarning => {
    const [signal, severity] = meanings[code] ?? [];
    return { code, message, ...(signal !== undefined && { signal }), ...(severity !== undefined && { severity }) };
  };
  const sign = (code: Code, about: Readonly<Record<string, string | number>> = {}): SyncWarning => {
    const message = sentences[code].replaceAll(/\{(\w+)\}/g, (gap, name: string) => String(about[name] ?? gap));
    return meant(code, message);
  };
  return { sign, meant };
}

/** A sign that so many share: where that is most, the whole is partial. */
export function sharedSign(warning: SyncWarning, count: number, isMost: boolean): SyncWarning {
  return { ...warning, count, severity: isMost ? "partial" : "note" };
}
