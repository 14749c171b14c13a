import type { Line } from "./section.ts";

const size = { width: 760, height: 420 };
const plot = { left: 70, right: 740, top: 30, bottom: 350 };
/** Readable on white and on black; the text and the grid take the colour that the reader's scheme asks for. */
const colours = ["#3b82f6", "#f97316", "#10b981", "#a855f7"];
const style = `
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .grid { stroke: #8884; stroke-width: 1 }
  @media (prefers-color-scheme: dark) { text { fill: #ddd } }`;

type Scale = (value: number) => number;

/** Cost per file over the number of files, which is on a logarithmic scale. */
export function renderChart(title: string, lines: readonly Line[]): string {
  const points = lines.flatMap((line) => line.points);
  const files = points.map((point) => point.files);
  const [least, most] = [Math.log10(Math.min(...files)), Math.log10(Math.max(...files))];
  const top = niceAbove(Math.max(...points.map((point) => point.microsecondsPerFile)));
  const x: Scale = (count) =>
    plot.left + ((Math.log10(count) - least) / (most - least)) * (plot.right - plot.left);
  const y: Scale = (cost) => plot.bottom - (cost / top) * (plot.bottom - plot.top);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${title}">`,
    `<style>${style}</style>`,
    text(plot.left, 18, "start", title),
    ...rows(top, y),
    ...columns([...new Set(files)], x),
    ...lines.flatMap((line, at) => curve(line, colours[at % colours.length] ?? "#888", { x, y })),
    ...lines.flatMap(({ name }, at) => legend(name, at)),
    "</svg>\n",
  ].join("\n");
}

/** 1, 2 or 5 times a power of ten. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5].find((step) => step * power >= value) ?? 10);
}

function text(x: number, y: number, anchor: string, content: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${content}</text>`;
}

function rows(top: number, y: Scale): readonly string[] {
  const steps = [0, 0.25, 0.5, 0.75, 1].map((part) => part * top);
  return steps.flatMap((cost) => [
    `<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y(cost).toFixed(1)}" y2="${y(cost).toFixed(1)}"/>`,
    text(plot.left - 8, y(cost) + 4, "end", `${Number(cost.toPrecision(3))} µs`),
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

function legend(name: string, at: number): readonly string[] {
  const left = plot.left + at * 180;
  const y = size.height - 20;
  const colour = colours[at % colours.length] ?? "#888";
  return [
    `<circle cx="${left}" cy="${y - 4}" r="5" fill="${colour}"/>`,
    text(left + 12, y, "start", name),
  ];
}
