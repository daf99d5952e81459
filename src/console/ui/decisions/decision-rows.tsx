/** The rows of a review: decided by keyboard or mouse, one or many at once. */
import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { type DecidedReviewPage, type DecidedRow, type Verdict, verdicts } from "../../contract/reviews.ts";
import { withPerson } from "../access/source-address.ts";
import { useAction } from "../api/use-action.ts";
import { Button } from "../design/button.tsx";
import { Chip, type Tone } from "../design/chip.tsx";
import { Segments, TextField } from "../design/field.tsx";
import { FormDialog } from "../design/form.tsx";
import { capitalized, formatDateTime } from "../design/format.ts";
import { cellWords } from "../rows/cells.tsx";
import { type Column, Table } from "../rows/table.tsx";
import { rowKey } from "./decision-keys.ts";
import { type Decisions, outcomeWords } from "./use-decisions.ts";

/** What a row is decided by, what says most first; the rest is in the panel of the person and in the downloads. */
const shownFacts = [
  "listed",
  "found",
  "role",
  "team",
  "resource",
  "slug",
  "what",
  "change",
  "field",
  "lastLogin",
  "twoFactor",
  "roles",
  "status",
  "email",
];
/** Facts that say nothing without their title. */
const titledFacts: ReadonlySet<string> = new Set(["listed", "twoFactor", "lastLogin"]);
const shownLabels = 2;
const verdictTones: Readonly<Record<Verdict, Tone>> = { keep: "good", revoke: "bad", unsure: "warn" };

/** The table. `onPast` is called for a step beyond the first or the last row. */
export function DecisionRows(props: {
  readonly page: DecidedReviewPage;
  readonly decisions: Decisions;
  readonly mayDecide: boolean;
  readonly onPast: (step: 1 | -1) => boolean;
}) {
  const { page, decisions, mayDecide, onPast } = props;
  const here = useLocation();
  const place = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [noting, setNoting] = useState<readonly number[] | null>(null);
  const shown = page.rows.map(({ row }) => row).join(" ");
  // What is not on the screen is not decided by accident.
  useEffect(
    () => setChosen((rows) => new Set(page.rows.map(({ row }) => row).filter((row) => rows.has(row)))),
    [shown],
  );

  const meant = (row: number): readonly number[] => (chosen.size > 0 ? [...chosen] : [row]);
  const decide = (row: number, decision: Verdict): void => {
    decisions.decide({ rows: meant(row), decision });
    setChosen(new Set());
  };
  const onKey = (event: KeyboardEvent): void => {
    const box = event.target instanceof HTMLInputElement && event.target.type === "checkbox" ? event.target : undefined;
    const row = Number(box?.dataset["row"]);
    const meaning = row > 0 ? rowKey(event) : undefined;
    if (!meaning) return;
    event.preventDefault();
    if (meaning.does === "step") step(place.current, meaning.by, onPast);
    if (meaning.does === "decide") {
      decide(row, meaning.verdict);
      if (chosen.size === 0) step(place.current, 1, onPast);
    }
    const who = page.rows.find((one) => one.row === row)?.who;
    if (meaning.does === "open" && who) here.route(withPerson(here, `${who.type}/${who.id}`), true);
    if (meaning.does === "note") setNoting(meant(row));
    if (meaning.does === "choose-all") setChosen(new Set(page.rows.map((one) => one.row)));
    if (meaning.does === "choose-none") setChosen(new Set());
  };
  // The handler of this drawing counts at once: the next key may come before effects run.
  const handler = useRef(onKey);
  handler.current = onKey;
  useEffect(() => {
    const element = place.current;
    const listener = (event: KeyboardEvent): void => handler.current(event);
    element?.addEventListener("keydown", listener);
    return () => element?.removeEventListener("keydown", listener);
  }, []);

  const toggle = (row: number): void => {
    const next = new Set(chosen);
    if (!next.delete(row)) next.add(row);
    setChosen(next);
  };
  const named = chosen.size === 1 ? "1 row" : `${chosen.size} rows`;
  return (
    <div ref={place}>
      {mayDecide && chosen.size > 0 && (
        <div class="list-head row-between">
          <p class="number">{`${named} chosen`}</p>
          <div class="actions">
            {verdicts.map((verdict) => (
              <Button
                key={verdict}
                isSmall={true}
                label={`${capitalized(verdict)} ${named}`}
                onClick={() => decide([...chosen][0] ?? 0, verdict)}
                text={capitalized(verdict)}
              />
            ))}
            <Button isSmall={true} onClick={() => setNoting([...chosen])} text="Note" />
            <Button kind="quiet" isSmall={true} onClick={() => setChosen(new Set())} text="Choose none" />
          </div>
        </div>
      )}
      <Table
        caption="Rows of the review"
        columns={columnsOf(page, {
          chosen,
          toggle,
          mayDecide,
          decide: (row, decision) => decisions.decide({ rows: [row], decision }),
          note: (row) => setNoting([row]),
          addressOf: (person) => withPerson(here, person),
        })}
        rows={page.rows}
        rowKey={({ row }) => String(row)}
      />
      {noting && (
        <NoteDialog
          rows={noting}
          note={(noting.length === 1 && page.rows.find(({ row }) => row === noting[0])?.note) || ""}
          onSave={(note) => decisions.decide({ rows: noting, note })}
          onClose={() => setNoting(null)}
        />
      )}
    </div>
  );
}

/** Gives the focus to the row before or behind; past the end, the caller pages on. */
function step(place: HTMLElement | null, by: 1 | -1, onPast: (step: 1 | -1) => boolean): void {
  const boxes = [...(place?.querySelectorAll<HTMLInputElement>("input[data-row]") ?? [])];
  const at = boxes.indexOf(document.activeElement as HTMLInputElement);
  const next = boxes[at + by];
  if (next) next.focus();
  else onPast(by);
}

interface RowActions {
  readonly chosen: ReadonlySet<number>;
  readonly mayDecide: boolean;
  toggle(row: number): void;
  decide(row: number, decision: Verdict): void;
  note(row: number): void;
  /** Address of the panel of a person, `TYPE/ID`. */
  addressOf(person: string): string;
}

function columnsOf({ columns, check }: DecidedReviewPage, actions: RowActions): readonly Column<DecidedRow>[] {
  const at = new Map(columns.map(({ key }, index) => [key, index]));
  const cellText = (row: DecidedRow, key: string): string => {
    const index = at.get(key) ?? -1;
    return cellWords(row.cells[index] ?? "", columns[index]?.kind);
  };
  const nameOf = (row: DecidedRow): string =>
    ["name", "listed", "principal", "team", "resource"].map((key) => cellText(row, key)).find((text) => text !== "") ??
    `Row ${row.row}`;
  const shown = shownFacts.filter((key) => at.has(key));
  const factsOf = (row: DecidedRow): string =>
    shown
      .map((key) => ({ key, text: cellText(row, key) }))
      .filter(({ text }) => text !== "" && text !== nameOf(row))
      .map(({ key, text }) => (titledFacts.has(key) ? `${columns[at.get(key) ?? -1]?.title} ${text}` : text))
      .join(" · ");
  return [
    {
      key: "choose",
      title: "Row",
      cell: (row) => <Choice row={row} actions={actions} name={nameOf(row)} />,
    },
    {
      key: "name",
      title: "Name",
      isRowHeader: true,
      cell: (row) => (
        <>
          <span class="decision-line">
            {row.who ? <a href={actions.addressOf(`${row.who.type}/${row.who.id}`)}>{nameOf(row)}</a> : nameOf(row)}
          </span>{" "}
          <span class="decision-line decision-facts" title={factsOf(row)}>
            {factsOf(row)}
          </span>
        </>
      ),
    },
    {
      key: "stake",
      title: "Lost if revoked",
      cell: (row) => (
        <span class="decision-stake" title={row.stake.join(", ")}>
          {stakeText(row)}
        </span>
      ),
    },
    { key: "decision", title: "Decision", cell: (row) => <Decision row={row} actions={actions} name={nameOf(row)} /> },
    { key: "note", title: "Note", cell: (row) => <Note row={row} actions={actions} name={nameOf(row)} /> },
    ...(check ? [{ key: "outcome", title: "Since then", cell: (row: DecidedRow) => <OutcomeCell row={row} /> }] : []),
  ];
}

function stakeText({ stake, stakeCount }: DecidedRow): string {
  if (stakeCount === 0) return "Nothing is held";
  const more = stakeCount - Math.min(shownLabels, stake.length);
  return stake.slice(0, shownLabels).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

interface DecisionCell {
  readonly row: DecidedRow;
  readonly actions: RowActions;
  readonly name: string;
}

/** The row's number, with a box where there is something to decide: a box that does nothing would be a riddle. */
function Choice({ row: { row, decision }, actions, name }: DecisionCell) {
  if (!actions.mayDecide) return <>{row}</>;
  return (
    <label class="check">
      <input
        type="checkbox"
        data-row={row}
        checked={actions.chosen.has(row)}
        aria-label={`Row ${row}, ${name}${decision ? `, ${decision}` : ""}`}
        onChange={() => actions.toggle(row)}
      />
      <span aria-hidden="true">{row}</span>
    </label>
  );
}

function Decision({ row, actions, name }: DecisionCell) {
  const { decision } = row;
  if (!actions.mayDecide)
    return (
      <Chip
        tone={decision ? verdictTones[decision] : "neutral"}
        text={decision ? capitalized(decision) : "Undecided"}
      />
    );
  return (
    <Segments
      legend={`Decision about ${name}`}
      value={decision}
      options={verdicts.map((verdict) => ({ value: verdict, label: capitalized(verdict) }))}
      onChange={(verdict) => actions.decide(row.row, verdict)}
    />
  );
}

/** The note, and below it who decided when. */
function Note({ row, actions, name }: DecisionCell) {
  const { note, by, atMs } = row;
  const said = by !== null && atMs !== null ? `${by}, ${formatDateTime(atMs)}` : "";
  return (
    <>
      {actions.mayDecide ? (
        <button
          type="button"
          class="decision-note decision-line"
          aria-label={note === "" ? `Add a note about ${name}` : `Edit note about ${name}: ${note}`}
          title={note}
          onClick={() => actions.note(row.row)}
        >
          {note === "" ? "Add a note" : note}
        </button>
      ) : (
        <span class="decision-line" title={note}>
          {note}
        </span>
      )}{" "}
      <span class="decision-line decision-facts" title={said}>
        {said}
      </span>
    </>
  );
}

function OutcomeCell({ row: { outcome, remains } }: { readonly row: DecidedRow }) {
  if (!outcome) return null;
  const tone = outcome === "done" ? "good" : outcome === "unclear" ? "warn" : "bad";
  return (
    <>
      <Chip tone={tone} text={outcomeWords[outcome]} />
      {remains.length > 0 && <p class="small">{remains.slice(0, 3).join(", ")}</p>}
    </>
  );
}

function NoteDialog(props: {
  rows: readonly number[];
  note: string;
  onSave: (note: string) => void;
  onClose: () => void;
}) {
  const [text, setText] = useState(props.note);
  const save = useAction(async () => {
    props.onSave(text.trim());
    props.onClose();
  });
  const title = props.rows.length === 1 ? `Note on row ${props.rows[0]}` : `Note on ${props.rows.length} rows`;
  return (
    <FormDialog title={title} onClose={props.onClose} action={save} submit="Save note">
      <TextField label="Note" value={text} onInput={setText} />
    </FormDialog>
  );
}
