/** Pages of a list that comes in pieces. */
import { Button } from "./button.tsx";
import { formatCount } from "./format.ts";

/** Shows which rows are seen of how many, and goes back and forth. */
export function Pagination(props: {
  /** What is listed, in the plural. */
  noun: string;
  offset: number;
  limit: number;
  total: number;
  onMove: (offset: number) => void;
}) {
  const { offset, limit, total } = props;
  const last = Math.min(offset + limit, total);
  return (
    <nav class="pagination" aria-label={`Pages of ${props.noun}`}>
      <span class="number">
        {total === 0
          ? `No ${props.noun}`
          : `${formatCount(offset + 1)} to ${formatCount(last)} of ${formatCount(total)} ${props.noun}`}
      </span>
      {total > limit && (
        <span class="row">
          <Button isSmall={true} isDisabled={offset === 0} onClick={() => props.onMove(Math.max(0, offset - limit))}>
            Previous
          </Button>
          <Button isSmall={true} isDisabled={last >= total} onClick={() => props.onMove(offset + limit)}>
            Next page
          </Button>
        </span>
      )}
    </nav>
  );
}
