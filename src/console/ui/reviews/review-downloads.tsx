/** Downloads of a review and of the evidence pack. */
import { exportFormats } from "../../contract/sources.ts";
import { sourceApi } from "../access/source-address.ts";
import { LinkButton } from "../design/button.tsx";

/** One review as CSV, XLSX and JSON: all rows, the same as the command gives. */
export function ReviewDownloads({ source, name, since }: { source: string; name: string; since: string }) {
  return (
    <>
      {exportFormats.map((format) => (
        <LinkButton
          key={format}
          isSmall={true}
          icon="download"
          href={sourceApi(source, `reviews/${name}/export`, { format, since })}
          download={true}
          label={`Download as ${format.toUpperCase()}`}
        >
          {format.toUpperCase()}
        </LinkButton>
      ))}
    </>
  );
}

/** All reviews in one zip with hashes. */
export function EvidenceButton({ source, since = "" }: { readonly source: string; readonly since?: string }) {
  return (
    <LinkButton icon="download" href={sourceApi(source, "evidence", { since })} download={true}>
      Evidence pack
    </LinkButton>
  );
}
