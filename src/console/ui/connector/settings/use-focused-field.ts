/** Puts the focus where the person was sent to, once. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** References for the fields that can be named in an address: `key`, `slug`, `ca`. */
export function useFocusedField(
  name: string,
): Readonly<Record<"key" | "slug" | "ca", RefObject<HTMLInputElement | null>>> {
  const fields = {
    key: useRef<HTMLInputElement>(null),
    slug: useRef<HTMLInputElement>(null),
    ca: useRef<HTMLInputElement>(null),
  };
  // Not after it was painted: what somebody types into another field meanwhile would go on in this one.
  useLayoutEffect(() => {
    if (name === "key" || name === "slug" || name === "ca") fields[name].current?.focus();
  }, []);
  return fields;
}
