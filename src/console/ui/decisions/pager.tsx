/** Steps through a list that comes in parts. */
import { Button } from "../design/button.tsx";
import { formatCount } from "../design/format.ts";

/** Where one is, and the steps. */
export function Pager(props: { offset: number; size: number; total: number; onMove: (offset: number) => void }) {
  const { offset, size, total, onMove } = props;
  if (total <= size) return null;
  return (
    <nav class="list-head row-between" aria-label="Parts of the list">
      <p class="muted number">{`${formatCount(offset + 1)} to ${formatCount(Math.min(offset + size, total))} of ${formatCount(total)}`}</p>
      <div class="actions">
        <Button
          isSmall={true}
          isDisabled={offset === 0}
          onClick={() => onMove(Math.max(0, offset - size))}
          text="Back"
        />
        <Button isSmall={true} isDisabled={offset + size >= total} onClick={() => onMove(offset + size)} text="Next" />
      </div>
    </nav>
  );
}
