import {DARK, levelsOf, LIGHT} from './palette.js';
import type {Palette} from './palette.js';

/** The colours of a scheme as custom properties. */
function properties(palette: Palette): string {
  return [
    ...Object.entries(palette).filter(([, colour]) => typeof colour === 'string'),
    ...levelsOf(palette).map((colour, level) => [`level-${level}`, colour]),
  ]
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';');
}

const levels = levelsOf(LIGHT)
  .map((_, level) => `.level-${level}{fill:var(--level-${level})}`)
  .join('\n');

/** The style of a page: two schemes, from a phone to a desk, and paper. */
export const STYLE = `
:root{color-scheme:light dark;${properties(LIGHT)}}
@media screen and (prefers-color-scheme:dark){:root{${properties(DARK)}}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:76rem;background:var(--page);color:var(--text);
font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;overflow-wrap:anywhere}
h1,h2,h3,h4,p,figure,dl,ul,ol{margin:0}
h1{font-size:1.75rem;line-height:1.2;letter-spacing:-.02em}
h2{font-size:1.25rem;letter-spacing:-.01em;margin:2.25rem 0 .75rem}
h3{font-size:1.05rem;line-height:1.4}
h4{font-size:.8rem;color:var(--muted);margin:1rem 0 .35rem;font-weight:600}
a{color:var(--accent);text-underline-offset:.15em;text-decoration-thickness:from-font}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
main:focus{outline:none}
.quiet{color:var(--muted);font-weight:400}
.skip{position:absolute;left:1rem;top:-4rem;padding:.5rem 1rem;background:var(--surface);border-radius:8px}
.skip:focus{top:.5rem}
.card{background:var(--surface);border:1px solid var(--line);border-radius:14px;padding:1.25rem}
.card+.card{margin-top:1rem}
.verdict{display:inline-flex;align-items:center;gap:.6rem;margin:1rem 0;font-weight:650;font-size:1.1rem;
padding:.45rem 1rem .45rem .5rem;border-radius:99px;background:var(--surface);border:1px solid currentcolor}
.verdict span{display:grid;place-items:center;width:1.7rem;height:1.7rem;border-radius:99px;color:var(--surface)}
.verdict.error span{background:var(--error)}.verdict.warning span{background:var(--warning)}.verdict.info span{background:var(--info)}.verdict.ok span{background:var(--ok)}
.badge{display:inline-flex;align-items:center;gap:.35em;font-size:.8rem;font-weight:650;padding:.05rem .6rem;
border:1px solid currentcolor;border-radius:99px;vertical-align:.1em;margin-right:.35rem}
.error{color:var(--error)}.warning{color:var(--warning)}.info{color:var(--info)}.ok{color:var(--ok)}
.finding{border-left:5px solid currentcolor}
.finding>*{color:var(--text)}.finding>h4,.finding>.quiet{color:var(--muted)}
.finding>p{margin-top:.5rem}
details ol{margin-top:.5rem}
.overview{list-style:none;padding:1rem 1.25rem}.overview li{display:flex;align-items:baseline;gap:.5rem;margin:.3rem 0}
.overview .badge{flex:none;min-width:5.6rem;justify-content:center}.overview .quiet{white-space:nowrap}
ol{padding-left:1.4rem}ol>li{margin:.35rem 0}
pre{margin:.35rem 0 0;padding:.6rem .8rem;background:var(--inset);border-radius:8px;white-space:pre-wrap;
font:.83rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;user-select:all}
code{font:inherit}
dl{display:flex;flex-wrap:wrap;gap:.5rem 2rem}
dt{font-size:.8rem;color:var(--muted)}
dd{margin:0;font-variant-numeric:tabular-nums}
.reasons dl{display:block}.reasons dl>div{margin:.4rem 0}.reasons dt{font-size:1rem;color:var(--text);font-weight:600}
nav ul{list-style:none;padding:0}
nav a{display:block;padding:.3rem .75rem;border-radius:8px;text-decoration:none;color:var(--text)}
nav a:hover{background:var(--inset)}
nav ul ul a{color:var(--muted);padding-left:1.5rem;font-size:.9rem}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr));gap:1.5rem 2rem;align-items:start}
section.card>.charts{margin-top:1.25rem}
section.card>dl{margin-top:.75rem}
figure{min-width:0}
figcaption{font-weight:600;font-size:.9rem;margin-bottom:.35rem}
figure>svg{display:block;width:100%;height:auto;font:10.5px system-ui,sans-serif}
svg text{fill:var(--muted)}
.grid{stroke:var(--line);stroke-width:1;fill:none;shape-rendering:crispEdges}
.axis,.tick{stroke:var(--muted);stroke-width:1;fill:none;shape-rendering:crispEdges}
.line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.first{stroke:var(--accent)}
.second{stroke:var(--second);stroke-dasharray:1 4.5;stroke-width:2.5}
.before{stroke:var(--muted);stroke-width:1.5;stroke-dasharray:5 4;stroke-linecap:butt}
.after{stroke:var(--accent);stroke-width:1.5;opacity:.75}
.raster{shape-rendering:crispEdges}
.hatch{stroke:var(--dead);stroke-width:1.6}
.hints{fill:transparent}
${levels}
.legend{list-style:none;padding:0 0 0 .25rem;margin-top:.25rem;display:flex;flex-wrap:wrap;align-items:center;gap:.15rem .9rem;
font-size:.8rem;color:var(--muted)}
.legend li{display:inline-flex;align-items:center;gap:.4rem}
.legend svg{width:24px;height:8px;flex:none}.legend .ramp{width:96px;height:10px;border-radius:3px}
.legend .swatch{width:16px;height:10px}
.scroll{overflow-x:auto;margin-top:1.25rem;
background:linear-gradient(90deg,var(--surface) 40%,transparent) 0/2.5rem 100% no-repeat local,
linear-gradient(270deg,var(--surface) 40%,transparent) 100%/2.5rem 100% no-repeat local,
linear-gradient(90deg,var(--line),transparent) 0/1rem 100% no-repeat scroll,
linear-gradient(270deg,var(--line),transparent) 100%/1rem 100% no-repeat scroll}
.card>.scroll:first-child{margin-top:0}
table{border-collapse:collapse;width:100%;font-size:.88rem;font-variant-numeric:tabular-nums;overflow-wrap:normal}
caption{text-align:left;font-weight:600;padding-bottom:.35rem}
caption span{display:inline-block;position:sticky;left:0;max-width:calc(100vw - 4rem);overflow-wrap:anywhere}
th,td{padding:.35rem .75rem;border-bottom:1px solid var(--line);text-align:left;white-space:nowrap}
tr>:first-child{padding-left:0}tr>:last-child{padding-right:0}
thead th{font-weight:600;font-size:.8rem;color:var(--muted)}
tbody th{font-weight:500}
tbody tr:last-child>*{border-bottom:0}
.number{text-align:right}
table .name{display:inline-block;width:max-content;max-width:16rem;white-space:normal;overflow-wrap:anywhere;vertical-align:top;text-decoration:inherit}
details{margin-top:1rem}
summary{cursor:pointer;font-weight:600;font-size:.9rem;width:fit-content}
footer{margin-top:2.5rem;font-size:.85rem}
.problems{border-left:5px solid var(--warning);margin-top:1rem}.problems h2{margin:0 0 .5rem;font-size:1rem}.problems ul{padding-left:1.2rem}
@media (min-width:64rem){
body{display:grid;grid-template-columns:13rem minmax(0,1fr);column-gap:2.5rem;padding:2.5rem 2rem 4rem}
header,footer{grid-column:2}
nav{grid-column:1;grid-row:1/span 3;position:sticky;top:2.5rem;align-self:start;max-height:calc(100vh - 5rem);overflow-y:auto}
}
@media (max-width:63.99rem){
nav{margin-top:1.25rem}
nav>ul,nav>ul>li,nav ul ul{display:flex;flex-wrap:wrap;gap:.4rem}
nav a,nav ul ul a{padding:.3rem .75rem;background:var(--surface);border:1px solid var(--line);font-size:.9rem}
}
@media (max-width:30rem){.card{padding:1rem}body{padding:1rem .75rem 2rem}ol{padding-left:1.2rem}dl{column-gap:1.15rem}pre{font-size:.75rem;padding:.5rem .6rem}th,td{padding:.35rem .45rem}}
@media print{nav,.skip{display:none}body{max-width:none;padding:0}.card,figure{break-inside:avoid}.scroll{overflow:visible}}
`;
