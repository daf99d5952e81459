/** Download of the evidence pack. */
import { sourceApi } from "../access/source-address.ts";
import { LinkButton } from "../design/button.tsx";

/** All reviews in one zip with hashes. */
export function EvidenceButton({ source, since = "" }: { readonly source: string; readonly since?: string }) {
  return (
    <LinkButton icon="download" href={sourceApi(source, "evidence", { since })} download={true} text="Evidence pack" />
  );
}
