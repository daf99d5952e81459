/** Grey lines in the place of what is still being asked for. */

/** A few lines; read out as "Loading". */
export function Skeleton({ lines = 4, hasTitle = false }: { lines?: number; hasTitle?: boolean }) {
  return (
    <div class="stack-tight" aria-busy="true">
      <span class="visually-hidden">Loading</span>
      {hasTitle && <span class="skeleton skeleton-title" />}
      {Array.from({ length: lines }, (_, line) => (
        // Lines are all alike and never move.
        <span key={`line-${line.toString()}`} class={line === lines - 1 ? "skeleton skeleton-short" : "skeleton"} />
      ))}
    </div>
  );
}
