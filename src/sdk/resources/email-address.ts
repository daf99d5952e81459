/** E-mail addresses as APIs give them: odd forms are repaired, and text in place of an address is none. */

const plain =
  /^(?!mailto:|'|"(?![^"]+"@))[^\s@*<>…•●◦█■▪░▒▓\p{Cf}]+@[^\s@*<>…•●◦█■▪░▒▓\p{Cf}]*[^\s@*<>…•●◦█■▪░▒▓.,;"'\p{Cf}]$/iu;

/**
 * The address when it is one, repaired where its form is odd: space or invisible characters in it, `mailto:`, a name
 * before `<a@b>`, quotation marks around it, a dot or a separator at its end. Text with `*` or dots and blocks as they stand for hidden characters, with an ellipsis or without
 * `@`, as it stands in place of redacted addresses, is undefined: it is never to be passed on as an address.
 */
export function usableEmail(email: string | null | undefined): string | undefined {
  if (!email) return undefined;
  const repaired = plain.test(email) ? email : repair(email);
  return plain.test(repaired) && !repaired.includes("..") ? repaired : undefined;
}

function repair(email: string): string {
  const visible = email.replaceAll(/\p{Cf}/gu, "").replace(/[\s,;]+$/, "");
  const inBrackets = /<([^<>]*)>$/.exec(visible)?.[1] ?? visible;
  return inBrackets
    .trim()
    .replace(/^mailto:\s*/i, "")
    .replace(/\?.*$/, "")
    .replace(/[.,;]+$/, "")
    .replace(/^(["'])(.*)\1$/, "$2");
}

const filler = /([x#?_-])\1\1/i;
const word = /(?:^|[^a-z])(?:redacted|masked|hidden|withheld|anonymi[sz]ed)(?![a-z])|\.invalid$/i;

/**
 * True for an address of the right form that may well stand in place of another: three fillers in a row, or a word for
 * it. For those who know that addresses may be hidden from them; real addresses can look so, too.
 */
export function looksMasked(email: string): boolean {
  return filler.test(email) || word.test(email);
}
