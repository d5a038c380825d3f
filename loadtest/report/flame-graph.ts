import { chartStyle } from './chart-style.ts';
import { escaped } from './escape.ts';
import { percent } from './numbers.ts';

/** What of a `.cpuprofile` is read here (Chrome DevTools Protocol, "Profiler.Profile"). */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples?: readonly number[];
  /** Microseconds between samples. */
  readonly timeDeltas?: readonly number[];
}

/** A function as it was called from its parent; all such calls together. */
export interface Frame {
  readonly name: string;
  /** Where it is, within the repository; or Node's, or the engine's. */
  readonly place: string;
  selfUs: number;
  totalUs: number;
  readonly children: Map<string, Frame>;
}

const [width, rowHeight, top] = [1_080, 17, 56];
/** What is narrower is left out; so is what lies under it. */
const widthMin = 0.6;
const depthMax = 60;
const charWidth = 6.2;

/** Sums up profiles, as of several processes, by function and caller. What was idle is left out. */
export function readProfiles(profiles: readonly CpuProfile[]): Frame {
  const root = frame('all', '');
  for (const profile of profiles) add(profile, root);
  total(root);
  return root;
}

function add({ nodes, samples = [], timeDeltas = [] }: CpuProfile, root: Frame): void {
  const selfUs = new Map<number, number>();
  samples.forEach((id, index) => {
    selfUs.set(id, (selfUs.get(id) ?? 0) + Math.max(0, timeDeltas[index] ?? 0));
  });
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const isChild = new Set(nodes.flatMap(({ children = [] }) => children));
  const visit = (id: number, into: Frame): void => {
    const { callFrame, children = [] } = byId.get(id)!;
    const { functionName, url, lineNumber } = callFrame;
    // Also without what the profiler took to begin.
    if (functionName === '(idle)' || url.endsWith('/loadtest/stack/profiler.mjs')) return;
    const place = url === '' ? '' : `${placeOf(url)}:${lineNumber + 1}`;
    const key = `${functionName} ${place}`;
    const own =
      functionName === '(root)'
        ? into
        : (into.children.get(key) ?? frame(functionName || '(anonymous)', place));
    if (own !== into) into.children.set(key, own);
    own.selfUs += selfUs.get(id) ?? 0;
    for (const child of children) visit(child, own);
  };
  for (const { id } of nodes) if (!isChild.has(id)) visit(id, root);
}

function frame(name: string, place: string): Frame {
  return { name, place, selfUs: 0, totalUs: 0, children: new Map() };
}

function total(of: Frame): number {
  of.totalUs = of.selfUs;
  for (const child of of.children.values()) of.totalUs += total(child);
  return of.totalUs;
}

/** Without the folders above the repository: they are the machine's own. */
function placeOf(url: string): string {
  return (
    /(?:node_modules|services|adapters|proto|domain|loadtest|bench|test)\/.*$/.exec(url)?.[0] ??
    url.replace(/^.*\//, '')
  );
}

/**
 * Draws where the CPU's time went, callers above what they call, as one SVG document; widths are shares of
 * the time. Within a page that has `flameGraphScript`, a click on a function gives it the whole width, and
 * one on `all` gives it back.
 */
export function flameGraph(title: string, root: Frame): string {
  const parts: string[] = [];
  let deepest = 0;
  const draw = (of: Frame, x: number, depth: number): void => {
    const share = of.totalUs / (root.totalUs || 1);
    if (share * width < widthMin || depth > depthMax) return;
    deepest = Math.max(deepest, depth);
    parts.push(box(of, x, share, depth));
    let at = x;
    for (const child of [...of.children.values()].toSorted((a, b) => b.totalUs - a.totalUs)) {
      draw(child, at, depth + 1);
      at += child.totalUs / (root.totalUs || 1);
    }
  };
  draw(root, 0, 0);
  const height = top + rowHeight * (deepest + 1) + 10;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart flame" viewBox="0 0 ${width} ${height}" ` +
    `width="${width}" height="${height}" role="img" aria-label="${escaped(title)}"><style>${chartStyle}${style}</style>` +
    `<rect class="ground" width="${width}" height="${height}" rx="8"/>` +
    `<text class="title" x="16" y="24">${escaped(title)}</text>${legend()}${parts.join('')}</svg>`
  );
}

const kinds = [
  ['ours', 'Trackline'],
  ['package', 'packages'],
  ['node', 'Node'],
  ['engine', 'engine, system calls, garbage collector'],
] as const;

const style = `
.flame{font-size:11px}.flame .title{font-size:14px}.flame g rect{stroke:var(--ground);stroke-width:.6}.flame g text{fill:#14202b;pointer-events:none}
.flame .ours{fill:#f2b46b}.flame .package{fill:#9cc9ea}.flame .node{fill:#b7dcae}.flame .engine{fill:#cdd3da}.flame g{cursor:pointer}
`.trim();

function legend(): string {
  let at = 16;
  return kinds
    .map(([kind, words]) => {
      const from = at;
      at += 34 + words.length * charWidth;
      return `<rect class="${kind}" x="${from}" y="34" width="11" height="11" rx="2"/><text class="label" x="${from + 16}" y="43">${words}</text>`;
    })
    .join('');
}

function kindOf({ name, place }: Frame): string {
  if (place.startsWith('node_modules/')) return 'package';
  if (/^(services|adapters|proto|domain)\//.test(place)) return 'ours';
  return place === '' || name.startsWith('(') ? 'engine' : 'node';
}

function box(of: Frame, x: number, share: number, depth: number): string {
  const [from, wide, y] = [x * width, share * width, top + rowHeight * depth];
  const label = of.name.slice(0, Math.max(0, Math.floor((wide - 6) / charWidth)));
  const words = label.length < 2 ? '' : escaped(label);
  const told = `${of.name} ${of.place} ${percent(share)}, itself ${(of.selfUs / 1_000).toFixed(0)} ms`;
  return (
    `<g data-x="${x.toFixed(6)}" data-w="${share.toFixed(6)}" data-d="${depth}" data-n="${escaped(of.name)}">` +
    `<title>${escaped(told)}</title>` +
    `<rect class="${kindOf(of)}" x="${from.toFixed(1)}" y="${y}" width="${wide.toFixed(1)}" height="${rowHeight - 1}" rx="1.5"/>` +
    `<text x="${(from + 4).toFixed(1)}" y="${y + 12}">${words}</text></g>`
  );
}

/** Lets a click on a function of a flame graph widen it. */
export const flameGraphScript = `
for (const svg of document.querySelectorAll('svg.flame')) {
  const boxes = [...svg.querySelectorAll('g')].map((g) => ({ g, x: +g.dataset.x, w: +g.dataset.w, d: +g.dataset.d }));
  for (const of of boxes) of.g.addEventListener('click', () => {
    for (const { g, x, w, d } of boxes) {
      const isAbove = d < of.d && x <= of.x + 1e-9 && x + w >= of.x + of.w - 1e-9;
      const from = isAbove ? 0 : (x - of.x) / of.w, wide = isAbove ? 1 : w / of.w;
      g.style.display = from > 1 - 1e-6 || from + wide < 1e-6 || (!isAbove && d < of.d) ? 'none' : '';
      const [rect, text] = [g.querySelector('rect'), g.querySelector('text')];
      rect.setAttribute('x', from * ${width});
      rect.setAttribute('width', wide * ${width});
      text.setAttribute('x', from * ${width} + 4);
      const chars = Math.max(0, Math.floor((wide * ${width} - 6) / ${charWidth}));
      text.textContent = chars < 2 ? '' : g.dataset.n.slice(0, chars);
    }
  });
}`;
