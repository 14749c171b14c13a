import type { Line } from "./section.ts";

const size = { width: 760, height: 420 };
const plot = { left: 70, right: 740, top: 30, bottom: 350 };
/** Readable on white and on black; the text and the grid take the colour that the reader's scheme asks for. */
const colours = ["#3b82f6", "#f97316", "#10b981", "#a855f7"];
const style = `
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .grid { stroke: #8884; stroke-width: 1 }
  @media (prefers-color-scheme: dark) { text { fill: #ddd } }`;

/** Of a sans-serif of 13 px, about. */
const letterWidth = 7;

type Scale = (value: number) => number;

/** Cost per file over the number of files, both on logarithmic scales: a step of 20 % is as high wherever it is. */
export function renderChart(title: string, lines: readonly Line[]): string {
  const points = lines.flatMap((line) => line.points);
  const files = points.map((point) => point.files);
  const costs = points.map((point) => point.microsecondsPerFile).filter((cost) => cost > 0);
  const marks = niceBetween(Math.min(...costs), Math.max(...costs));
  const [bottom = 1, top = 1] = [marks[0], marks.at(-1)];
  const x = logarithmic([Math.min(...files), Math.max(...files)], [plot.left, plot.right]);
  const y = logarithmic([bottom, top], [plot.bottom, plot.top]);
  // Noise can make less than nothing of a small tree.
  const yOf: Scale = (cost) => y(Math.max(cost, bottom));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${title}">`,
    `<style>${style}</style>`,
    text(plot.left, 18, "start", title),
    text(plot.right, plot.bottom + 38, "end", "files"),
    ...rows(marks, y),
    ...columns([...new Set(files)], x),
    ...lines.flatMap((line, at) => curve(line, colourAt(at), { x, y: yOf })),
    ...legend(lines.map(({ name }) => name)),
    "</svg>\n",
  ].join("\n");
}

function logarithmic(
  [least, most]: readonly [number, number],
  [from, to]: readonly [number, number],
): Scale {
  const width = Math.log10(most) - Math.log10(least);
  return (value) => from + ((Math.log10(value) - Math.log10(least)) / width) * (to - from);
}

/** The numbers 1, 2 or 5 times a power of ten that lie between two costs, and the next ones outside. */
function niceBetween(least: number, most: number): readonly number[] {
  const marks: number[] = [];
  for (let power = Math.floor(Math.log10(least)); ; power += 1) {
    for (const step of [1, 2, 5]) {
      const mark = Number((step * 10 ** power).toPrecision(1));
      if (mark <= least) marks.length = 0;
      marks.push(mark);
      if (mark >= most && marks.length > 1) return marks;
    }
  }
}

function colourAt(at: number): string {
  return colours[at % colours.length] ?? "#888";
}

function text(x: number, y: number, anchor: string, content: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${content}</text>`;
}

function rows(marks: readonly number[], y: Scale): readonly string[] {
  return marks.flatMap((cost) => [
    `<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y(cost).toFixed(1)}" y2="${y(cost).toFixed(1)}"/>`,
    text(plot.left - 8, y(cost) + 4, "end", `${cost} µs`),
  ]);
}

function columns(counts: readonly number[], x: Scale): readonly string[] {
  const bare = new Intl.NumberFormat("en", { notation: "compact" });
  return counts.flatMap((count) => [
    `<line class="grid" x1="${x(count).toFixed(1)}" x2="${x(count).toFixed(1)}" y1="${plot.top}" y2="${plot.bottom}"/>`,
    text(x(count), plot.bottom + 20, "middle", bare.format(count)),
  ]);
}

function curve(
  { points }: Line,
  colour: string,
  { x, y }: { readonly x: Scale; readonly y: Scale },
): readonly string[] {
  const places = points.map(
    (point) => [x(point.files).toFixed(1), y(point.microsecondsPerFile).toFixed(1)] as const,
  );
  const path = places.map((place) => place.join(",")).join(" ");
  return [
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="4" fill="${colour}"/>`),
  ];
}

/** The names in a row, each as wide as its letters. */
function legend(names: readonly string[]): readonly string[] {
  const y = size.height - 12;
  const lengths = names.map((name) => name.length * letterWidth + 40);
  return names.flatMap((name, at) => {
    const left = lengths.slice(0, at).reduce((sum, length) => sum + length, plot.left);
    return [
      `<circle cx="${left.toFixed(1)}" cy="${y - 4}" r="5" fill="${colourAt(at)}"/>`,
      text(left + 12, y, "start", name),
    ];
  });
}
