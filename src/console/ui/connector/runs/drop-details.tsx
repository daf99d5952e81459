/** What fell away in a held run: counts before and after, and some names. */
import type { RunDrop } from "../../../contract/runs.ts";
import { Card } from "../../design/card.tsx";
import { formatCount } from "../../design/format.ts";
import { type Column, Table } from "../../rows/table.tsx";

type CountRow = RunDrop["counts"][number];

const columns: readonly Column<CountRow>[] = [
  { key: "what", title: "What", isRowHeader: true, cell: ({ what }) => what },
  { key: "before", title: "Before", isNumber: true, cell: ({ before }) => formatCount(before) },
  { key: "after", title: "After", isNumber: true, cell: ({ after }) => formatCount(after) },
  { key: "change", title: "Change", isNumber: true, cell: (row) => changeText(row) },
];

/** A card with them. */
export function DropDetails({ drop }: { drop: RunDrop }) {
  return (
    <Card title="What would change" isFlush={true}>
      <Table caption="Counts before and after" columns={columns} rows={drop.counts} rowKey={({ what }) => what} />
      {drop.sampleNames.length > 0 && !drop.gone?.length && (
        <div class="card-part">
          <h3>No longer there, for example</h3>
          <ul class="names">
            {drop.sampleNames.map((name, index) => (
              // Two people may have one name.
              <li key={`${name}-${index.toString()}`}>{name}</li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}

function changeText({ before, after }: CountRow): string {
  const change = after - before;
  if (change === 0) return "none";
  const sign = change > 0 ? "+" : "−";
  const percent = Math.round((100 * Math.abs(change)) / Math.max(1, before));
  return `${sign}${formatCount(Math.abs(change))} (${sign}${percent < 1 ? "<1" : percent} %)`;
}
