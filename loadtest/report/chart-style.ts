/**
 * How charts look. It stands in every SVG, so that a chart that was saved looks as it did in the page, in
 * light and in dark; hues are those of Okabe and Ito, which most people can tell apart ("Color Universal
 * Design", 2008).
 */
export const chartStyle = `
.chart{--ink:#1d2733;--faint:#6b7785;--line:#e3e7ec;--ground:#fff;--s0:#0072b2;--s1:#d55e00;--s2:#009e73;--s3:#b0568f;--s4:#8a6d00;
font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--ink);background:var(--ground)}
.chart .ground{fill:var(--ground)}.chart .grid{stroke:var(--line);stroke-width:1}.chart .label{fill:var(--faint)}
.chart .title{font-size:15px;font-weight:600}.chart .mark{stroke:var(--faint);stroke-dasharray:3 3}
.chart .series{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}.chart .dot{stroke:none}
.chart .area{opacity:.12;stroke:none}
@media (prefers-color-scheme:dark){.chart{--ink:#e6ebf0;--faint:#93a1b0;--line:#2b3642;--ground:#161d25;--s0:#56b4e9;--s1:#f0863c;--s2:#2fc79a;--s3:#df8cc4;--s4:#e3c34a}}
`.trim();

/** The colour of the n-th series. */
export function colour(index: number): string {
  return `var(--s${index % 5})`;
}
