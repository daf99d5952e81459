/**
 * Bars split into parts, with every number beside them: those who do not see the bars read the same. Drawn as SVG, so
 * that they print; laid out by the page.
 */
import { useId } from "preact/hooks";
import type { Chart } from "../../../reports/screen/shown.ts";
import { Leading } from "./facts.tsx";
import { formatCount } from "./format.ts";

type Bar = Chart["bars"][number];

const barHeight = 14;

interface BarChartProps extends Chart {
  /** Address of the rows behind a part. */
  readonly addressOf: (where: Readonly<Record<string, string>>) => string;
}

/** The chart, under its title; each number leads to its rows. */
export function BarChart({ title, bars, scale, addressOf }: BarChartProps) {
  const longest = Math.max(...bars.map(sumOf));
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <ul class="bars">
        {bars.map((bar) => (
          <li key={bar.label}>
            <span class="bar-label">{bar.label}</span>
            <BarShape bar={bar} whole={scale === "share" ? sumOf(bar) : longest} />
            <span class="bar-numbers">
              {bar.parts.map(({ label, count, tone, where }) => (
                <Leading key={label} href={where && count > 0 ? addressOf(where) : undefined}>
                  <svg class="swatch" viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
                    <rect class={`part-${tone}`} width="10" height="10" rx="2" />
                  </svg>
                  {`${label} `}
                  <strong class="number">{formatCount(count)}</strong>
                </Leading>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </figure>
  );
}

function BarShape({ bar, whole }: { readonly bar: Bar; readonly whole: number }) {
  const stretches = stretchesOf(
    bar.parts.map(({ count }) => count),
    whole,
  );
  const stripes = useId();
  return (
    <svg class="bar" width="100%" height={barHeight} aria-hidden="true" focusable="false">
      <defs>
        <pattern id={stripes} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path class="bar-stripes" d="M0 0V6" />
        </pattern>
      </defs>
      <rect class="bar-room" width="100%" height={barHeight} rx="3" />
      {bar.parts.map(({ label, tone }, at) => {
        const { start, length } = stretches[at] ?? { start: 0, length: 0 };
        if (length === 0) return null;
        const place = { x: `${start}%`, width: `${length}%`, height: barHeight, rx: 3 };
        return (
          <g key={label}>
            <rect class={`part-${tone}`} {...place} />
            {/* Red and green look alike to some: what is bad is striped as well. */}
            {tone === "bad" && <rect fill={`url(#${stripes})`} {...place} />}
          </g>
        );
      })}
    </svg>
  );
}

function sumOf({ parts }: Bar): number {
  return parts.reduce((sum, { count }) => sum + count, 0);
}

/** A stretch of a bar, in per cent of the room. */
interface Stretch {
  readonly start: number;
  readonly length: number;
}

/** Least length of a part that is not nothing, in per cent: one in 45,000 must be seen. */
const least = 0.8;

/** Where the parts of a bar lie. The smallest parts are drawn larger than they are, at the cost of the largest. */
export function stretchesOf(counts: readonly number[], whole: number): readonly Stretch[] {
  const lengths = counts.map((count) => (count === 0 || whole === 0 ? 0 : Math.max(least, (count / whole) * 100)));
  const excess = lengths.reduce((sum, length) => sum + length, 0) - 100;
  const largest = lengths.indexOf(Math.max(...lengths));
  let start = 0;
  return lengths.map((length, at) => {
    const stretch = { start, length: at === largest && excess > 0 ? length - excess : length };
    start += stretch.length;
    return stretch;
  });
}
