/** What a file is: where it lies, how its sync and run ended, and how much is in it. */
import { useRoute } from "preact-iso";
import type { SourceInfo } from "../../contract/sources.ts";
import { screenAddress } from "../access/source-address.ts";
import { type InfoProps, RunFacts, SourceFrame } from "../access/source-frame.tsx";
import { TotalsOfFile } from "../access/totals-of-file.tsx";
import { Card } from "../design/card.tsx";
import { CopyButton } from "../design/code-block.tsx";
import { FactList } from "../design/facts.tsx";
import { formatBytes, formatCount, formatMoment } from "../design/format.ts";
import { TypesOfFile } from "./types-of-file.tsx";

/** The screen of an opened file, of the address /files/:fileId. */
export function FileScreen() {
  const { fileId = "" } = useRoute().params;
  const source = `file:${fileId}`;
  return (
    <SourceFrame source={source} tab="overview">
      {(info) => <FileOverview info={info} />}
    </SourceFrame>
  );
}

function FileOverview({ info }: InfoProps) {
  const { source, totals } = info;
  const { people, ...others } = totals;
  return (
    <>
      <RunFacts info={info} />
      <TotalsOfFile source={source} totals={{ members: people, ...others }} />
      <Card title="File">
        <FactList facts={factsOf(info)} />
      </Card>
      <TypesOfFile info={info} />
      {!info.isCloudsmith && (
        <p class="muted">
          {
            "Another connector wrote this file. People, teams and roles are told by what its resource types say of themselves; "
          }
          <a href={screenAddress(source, "tables")}>Contents</a>
          {" has everything as it was written."}
        </p>
      )}
    </>
  );
}

function factsOf({ path, bytes, sha256, sync, syncs }: SourceInfo) {
  return [
    ["Path", <code key="path">{path}</code>],
    ["Size", formatBytes(bytes)],
    [
      "SHA-256",
      <span key="sha256" class="row">
        <code>{sha256}</code>
        <CopyButton text={sha256} label="Copy the SHA-256" />
      </span>,
    ],
    ["Sync", sync ? `${sync.id}, ${sync.type}` : "The file names none"],
    ["Begun", formatMoment(sync?.startedAtMs)],
    ["Ended", formatMoment(sync?.endedAtMs)],
    ["Syncs in the file", formatCount(syncs.length)],
  ] as const;
}
