/** A list of people, pasted or chosen as a file, such as leavers: who is found with what they hold, and who is not. */
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { type ListedPage, mostListBytes } from "../../contract/reviews.ts";
import { exportFormats } from "../../contract/sources.ts";
import { screenAddress, sourceApi, withPerson } from "../access/source-address.ts";
import { type InfoProps, RunFacts, Sentences, SubjectFrame, WithSource } from "../access/source-frame.tsx";
import { postForFile, postJson } from "../api/api.ts";
import { useAction } from "../api/use-action.ts";
import { saveFile } from "../browser/save-file.ts";
import { Banner, FailureBanner } from "../design/banner.tsx";
import { Card } from "../design/card.tsx";
import { Chip } from "../design/chip.tsx";
import { Form } from "../design/form.tsx";
import { formatAmount, formatCount } from "../design/format.ts";
import { EmailOrDash } from "../rows/cells.tsx";
import { Downloads } from "../rows/downloads.tsx";
import { type Column, Table } from "../rows/table.tsx";
import { Pager } from "./pager.tsx";
import { StartReview } from "./start-review.tsx";

const rowsPerScreen = 100;

/** The screen of the address /sources/:source/list. */
export function ListScreen({ source }: { readonly source: string }) {
  return <WithSource source={source}>{(info) => <Lookup info={info} />}</WithSource>;
}

interface Found {
  /** What was asked, base64. */
  readonly list: string;
  readonly page: ListedPage;
}

function Lookup({ info }: InfoProps) {
  const { source } = info;
  const [text, setText] = useState("");
  const [found, setFound] = useState<Found | null>(null);
  const find = useAction(async (list: string, offset: number) => {
    const query = { offset: String(offset), limit: String(rowsPerScreen) };
    setFound({ list, page: await postJson<ListedPage>(sourceApi(source, "list", query), { list }) });
  });
  const choose = async (file: File | undefined): Promise<void> => {
    // Of a longer file a byte too much: what reads it says so.
    const bytes = await file?.slice(0, mostListBytes + 1).arrayBuffer();
    if (bytes) await find.run(toBase64(new Uint8Array(bytes)), 0);
  };
  return (
    <SubjectFrame
      info={info}
      title="Find people from a list"
      list={{ text: "Reviews", href: screenAddress(source, "reviews") }}
      lead="Paste names, addresses or logins, one a line, or choose a CSV file: a list of leavers, for example."
      actions={found && <StartReview source={source} question={{ list: found.list }} title="Listed people" />}
    >
      <RunFacts info={info} />
      <Card>
        <Form
          action={{ ...find, run: () => find.run(toBase64(new TextEncoder().encode(text)), 0) }}
          submit="Find"
          icon="search"
          isDisabled={text.trim() === ""}
          others={
            <label class="button">
              <input
                class="visually-hidden"
                type="file"
                accept=".csv,.txt,.tsv,text/*"
                onChange={(event) => {
                  void choose(event.currentTarget.files?.[0]);
                  event.currentTarget.value = "";
                }}
              />
              <span>Choose a file</span>
            </label>
          }
        >
          <label class="field">
            <span class="field-label">People</span>
            <textarea
              class="input"
              rows={6}
              value={text}
              spellcheck={false}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
        </Form>
      </Card>
      {found && <FoundPeople source={source} found={found} onMove={(offset) => void find.run(found.list, offset)} />}
    </SubjectFrame>
  );
}

type Row = ListedPage["rows"][number];

/** What was found, a part at a time, and its downloads. */
export function FoundPeople(props: { source: string; found: Found; onMove: (offset: number) => void }) {
  const { source, found, onMove } = props;
  const { page, list } = found;
  const here = useLocation();
  const save = useAction(async (format: (typeof exportFormats)[number]) => {
    const file = await postForFile(sourceApi(source, "list/export", { format }), { list });
    saveFile(`listed-people.${format}`, file);
  });
  return (
    <>
      <p role="status">{page.counts.map(({ label, count }) => `${formatCount(count)} ${label}`).join(", ")}</p>
      {page.notices.length > 0 && (
        <Banner tone="neutral" title="About this list">
          <Sentences sentences={page.notices} />
        </Banner>
      )}
      {save.failure && <FailureBanner failure={save.failure} isUrgent={true} />}
      <section class="card card-flush" aria-label="People of the list">
        <div class="list-head row-between">
          <p class="muted number">{formatAmount(page.total, "row")}</p>
          <div class="actions">
            <Downloads formats={exportFormats} make={{ onChoose: (format) => void save.run(format) }} />
          </div>
        </div>
        <Table
          caption="People of the list"
          columns={columnsOf(page, (person) => withPerson(here, person))}
          rows={page.rows}
          rowKey={(row) => row.join("\u0000")}
        />
        <Pager offset={page.offset} size={rowsPerScreen} total={page.total} onMove={onMove} />
      </section>
    </>
  );
}

/** @param addressOf address of the panel of a person, `TYPE/ID`. */
function columnsOf({ keys }: ListedPage, addressOf: (person: string) => string): readonly Column<Row>[] {
  const textOf = (row: Row, key: string): string => {
    const value = row[keys.indexOf(key)] ?? "";
    return Array.isArray(value) ? value.join(", ") : String(value);
  };
  const joined = (row: Row, some: readonly string[]): string =>
    some
      .map((key) => textOf(row, key))
      .filter((text) => text !== "")
      .join(" · ");
  return [
    {
      key: "listed",
      title: "Listed as",
      isRowHeader: true,
      cell: (row) => <EmailOrDash address={textOf(row, "listed")} />,
    },
    { key: "found", title: "Found", cell: (row) => <FoundChip found={textOf(row, "found")} /> },
    {
      key: "person",
      title: "Person",
      cell: (row) => (
        <>
          {textOf(row, "id") !== "" && (
            <a href={addressOf(`${textOf(row, "type")}/${textOf(row, "id")}`)}>
              {textOf(row, "name") || textOf(row, "id")}
            </a>
          )}{" "}
          <span class="decision-facts">
            <EmailOrDash address={joined(row, ["email", "status", "id"])} />
          </span>
        </>
      ),
    },
    { key: "holds", title: "Holds", cell: (row) => joined(row, ["roles", "teams", "other"]) },
  ];
}

function FoundChip({ found }: { readonly found: string }) {
  return <Chip tone={found === "found" ? "good" : found === "ambiguous" ? "warn" : "neutral"} text={found} />;
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
