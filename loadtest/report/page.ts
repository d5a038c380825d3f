import { escaped } from './escape.ts';
import { flameGraphScript } from './flame-graph.ts';

/** One HTML file that needs nothing else, in light and in dark. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body}
</main>
<script>${saveScript}${flameGraphScript}</script>
</body>
</html>
`;
}

/** A chart with what saves it. */
export function figure(svg: string, note = ''): string {
  const caption = note === '' ? '' : `<span>${escaped(note)}</span>`;
  return `<figure>${svg}<figcaption>${caption}<span class="save">save <button>SVG</button> <button>PNG</button></span></figcaption></figure>`;
}

/** @param rows text; a column of numbers is to be named in `numeric`, by its index */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: readonly number[] = [],
): string {
  const cell = (tag: string) => (text: string, index: number) =>
    `<${tag}${numeric.includes(index) ? ' class="n"' : ''}>${escaped(text)}</${tag}>`;
  const line = (tag: string, cells: readonly string[]) => `<tr>${cells.map(cell(tag)).join('')}</tr>`;
  const body = rows.map((row) => line('td', row)).join('\n');
  const top = head.length === 0 ? '' : `<thead>${line('th', head)}</thead>`;
  return `<div class="scroll"><table>${top}<tbody>\n${body}\n</tbody></table></div>`;
}

const style = `
:root{color-scheme:light dark;--ink:#1d2733;--faint:#5d6976;--line:#e0e5ea;--page:#f3f5f8;--card:#fff;--good:#0a7a4b;--bad:#b3261e;--goodbg:#e4f5ec;--badbg:#fbe7e5}
@media (prefers-color-scheme:dark){:root{--ink:#e6ebf0;--faint:#9aa7b4;--line:#2b3642;--page:#0e141a;--card:#161d25;--good:#56d49a;--bad:#ff8f85;--goodbg:#10301f;--badbg:#3a1715}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1128px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:26px;margin:0 0 4px;letter-spacing:-.01em}h2{font-size:18px;margin:40px 0 12px}
p{margin:0 0 12px;color:var(--faint);max-width:80ch}
.verdict{display:flex;gap:16px;align-items:center;border-radius:10px;padding:16px 20px;margin:20px 0;font-size:17px}
.verdict b{font-size:30px;line-height:1}.verdict small{display:block;font-size:14px;opacity:.85}
.good{background:var(--goodbg);color:var(--good)}.bad{background:var(--badbg);color:var(--bad)}.none{background:var(--card);color:var(--faint)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px}
.tile{background:var(--card);border-radius:10px;padding:14px 16px}.tile b{display:block;font-size:24px;font-variant-numeric:tabular-nums}.tile span{color:var(--faint);font-size:13px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(520px,100%),1fr));gap:16px}
figure{margin:0;background:var(--card);border-radius:10px;padding:8px;min-width:0}figure svg{display:block;width:100%;height:auto}
figcaption{display:flex;justify-content:space-between;gap:16px;padding:2px 12px 4px;color:var(--faint);font-size:13px}
.save{margin-left:auto;white-space:nowrap}button{font:inherit;color:inherit;background:none;border:0;padding:0 2px;text-decoration:underline;cursor:pointer}
.scroll{overflow-x:auto;background:var(--card);border-radius:10px;padding:6px 16px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:7px 16px 7px 0;border-bottom:1px solid var(--line)}tr:last-child td{border-bottom:0}
th{color:var(--faint);font-weight:500}.n{text-align:right}td:last-child,th:last-child{padding-right:0}
@media print{body{background:#fff}.save{display:none}}
`.trim();

/** Saves a chart as it stands: the SVG itself, or painted at twice its size. */
const saveScript = `
for (const figure of document.querySelectorAll('figure')) {
  const svg = figure.querySelector('svg');
  const name = svg.getAttribute('aria-label').toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const save = (url, ending) => Object.assign(document.createElement('a'), { href: url, download: name + ending }).click();
  const text = () => new XMLSerializer().serializeToString(svg);
  const blobUrl = (blob) => URL.createObjectURL(blob);
  const [asSvg, asPng] = figure.querySelectorAll('button');
  asSvg.onclick = () => save(blobUrl(new Blob([text()], { type: 'image/svg+xml' })), '.svg');
  asPng.onclick = () => {
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement('canvas');
      const { width, height } = svg.viewBox.baseVal;
      [canvas.width, canvas.height] = [2 * width, 2 * height];
      canvas.getContext('2d').drawImage(image, 0, 0, 2 * width, 2 * height);
      canvas.toBlob((blob) => save(blobUrl(blob), '.png'));
    };
    image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(text());
  };
}`;
