#pragma once

namespace hourglass {

/// Style sheet of the pages. It selects the colours of gnuplot's SVGs by the attributes that gnuplot writes.
inline constexpr const char* kPageStyle = R"css(
:root {
  --paper: #ffffff; --ink: #1c1f23; --soft: #5a6169; --line: #d9dde1; --card: #f6f7f8;
  --good: #00664c; --note: #00598c; --warning: #a33b00;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, "DejaVu Sans", sans-serif;
  overflow-wrap: anywhere; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem clamp(1rem, 3vw, 2.5rem) 3rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.35rem; margin: 2.5rem 0 .75rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
p { margin: 0 0 1rem; max-width: 70ch; }
header p, figcaption, footer, dt { color: var(--soft); }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 0; }
dt { font-size: .8rem; }
dd { margin: 0; font-weight: 600; }
.verdict { list-style: none; padding: 0; margin: 0; display: grid; gap: .5rem; }
.verdict li { display: grid; grid-template-columns: 4.4rem 1fr; gap: .75rem; align-items: baseline; }
.verdict b { font-size: .8rem; text-align: center; border: 1px solid currentColor; border-radius: .3rem; }
.verdict .good b { color: var(--good); }
.verdict .note b { color: var(--note); }
.verdict .warning b { color: var(--paper); background: var(--warning); border-color: var(--warning); }
.wide { overflow-x: auto; margin-bottom: 1.25rem; }
.figures + .wide { margin-top: 1.25rem; }
table { border-collapse: collapse; font-size: .92rem; }
:is(th, td):first-child { min-width: 9rem; }
th, td { text-align: left; padding: .3rem 1.25rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
:is(th, td):not(:first-child, :last-child) { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.best { font-weight: 700; }
td.best::after { content: " ★"; }
td:last-child:not(:first-child) { color: var(--soft); }
td:nth-child(n+4):last-child { min-width: 14rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 29rem), 1fr)); gap: 1.25rem; }
figure { margin: 0; padding: 1rem; background: var(--card); border-radius: .5rem; min-width: 0; }
figure svg { display: block; width: 100%; height: auto; }
figure img { display: block; max-width: 100%; height: auto; border-radius: .25rem; }
figcaption { font-size: .88rem; margin-top: .5rem; max-width: 65ch; }
figure svg [fill="#ffffff"], figure svg [fill="rgb(255, 255, 255)"] { fill: var(--card); }
figure svg [stroke="rgb( 64,  64,  64)"] { stroke: var(--soft); }
figure svg [fill="rgb(64,64,64)"], figure svg [fill="black"] { fill: var(--ink); }
figure svg [stroke="rgb(221, 221, 221)"] { stroke: var(--line); }
pre { background: var(--card); padding: 1rem; border-radius: .5rem; font: .85rem/1.5 "DejaVu Sans Mono", monospace;
  white-space: pre-wrap; margin: 0; }
footer { margin-top: 2.5rem; font-size: .88rem; }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #14171a; --ink: #e8eaec; --soft: #a9b0b7; --line: #3a4148; --card: #1f2327;
    --good: #4cd3a5; --note: #6cbcf0; --warning: #ff9a63; }
  figure img { filter: brightness(.92); }
}
@media screen and (max-width: 40rem) {
  thead { display: none; }
  table, tbody, tr, td { display: block; }
  tr { padding: .4rem 0; border-bottom: 1px solid var(--line); }
  :is(th, td):not(:first-child, :last-child), td { text-align: left; white-space: normal; border: 0; padding: 0; }
  td:first-child { font-weight: 600; }
  td:nth-child(n+4):last-child { min-width: 0; }
  td[data-head]::before { content: attr(data-head) ": "; color: var(--soft); font-weight: 400; }
}
@media (max-width: 30rem) {
  figure { padding: .75rem .5rem; }
  .verdict li { grid-template-columns: 1fr; gap: .1rem; }
  .verdict b { width: 4.6rem; }
}
@page { margin: 1.5cm; }
@media print {
  main { max-width: none; padding: 0; }
  body { font-size: 10pt; }
  h2, h3 { break-after: avoid; }
  figure, tr, .verdict li { break-inside: avoid; }
  figure { background: none; border: 1px solid var(--line); }
  .figures { grid-template-columns: 1fr 1fr; }
}
)css";

}  // namespace hourglass
