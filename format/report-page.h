/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parts of a report's page that are always the same: how it looks (light and dark, on a
 * phone and on paper) and how it is searched and walked through by keyboard. It fetches nothing.
 */
#ifndef SCAP_REPORT_PAGE_H
#define SCAP_REPORT_PAGE_H

static const char page_style[] =
	":root{color-scheme:light dark;--ink:#1c1e21;--paper:#fff;--faint:#62686f;--line:#d5d9de;--box:#f5f6f8;"
	"--a:#0b62c4;--b:#b3400a;--mark:#ffe08a}\n"
	"@media(prefers-color-scheme:dark){:root{--ink:#e4e6e9;--paper:#16181b;--faint:#9aa1a9;--line:#363b41;"
	"--box:#1f2226;--a:#6db3ff;--b:#ff9d66;--mark:#6b5300}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0 auto;max-width:70rem;padding:1rem;background:var(--paper);color:var(--ink);"
	"font:16px/1.5 system-ui,sans-serif}\n"
	"h1{font-size:1.3rem;margin:.2rem 0}h2{font-size:1.1rem;margin:1.6rem 0 .4rem}h3{font-size:1rem;margin:0}\n"
	"a{color:inherit}p{margin:.4rem 0}\n"
	"code,pre{font:.85em/1.45 ui-monospace,monospace;overflow-wrap:anywhere}\n"
	"pre{margin:.3rem 0;padding:.4rem;white-space:pre-wrap;background:var(--box);border-radius:4px}\n"
	".a{color:var(--a)}.b{color:var(--b)}.faint{color:var(--faint)}\n"
	"mark{background:var(--mark);color:inherit}\n"
	"#search{position:sticky;top:0;z-index:1;padding:.5rem 0;background:var(--paper)}\n"
	"#search input{width:100%;padding:.5rem;font:inherit;color:inherit;background:var(--box);"
	"border:1px solid var(--line);border-radius:4px}\n"
	"article{margin:.8rem 0;padding:.7rem;border:1px solid var(--line);border-radius:6px}\n"
	"article:target,article:focus{outline:2px solid var(--a)}\n"
	"article.follows{border-style:dashed}\n"
	".class{display:inline-block;padding:0 .5em;border:1px solid var(--line);border-radius:1em;font-size:.8rem}\n"
	"table{border-collapse:collapse;margin:.3rem 0}td,th{padding:.1rem .6rem .1rem 0;text-align:left;"
	"vertical-align:top}\n"
	".lane{display:grid;grid-template-columns:2ch 1fr;align-items:center;gap:.4rem}\n"
	".lane svg{width:100%;height:18px;display:block;overflow:visible}\n"
	".lane .life{fill:var(--box);stroke:var(--line)}.lane .a{fill:var(--a)}.lane .b{fill:var(--b)}\n"
	".lane a:focus rect{stroke:var(--ink);stroke-width:2}\n"
	"@media(max-width:40rem){body{padding:.6rem;font-size:15px}}\n";

static const char page_script[] =
	"const all=[...document.querySelectorAll('article')],box=document.querySelector('#search input');\n"
	"box.addEventListener('input',()=>{const words=box.value.toLowerCase().split(/\\s+/);let n=0;\n"
	"for(const a of all){a.hidden=!words.every(w=>a.textContent.toLowerCase().includes(w));n+=!a.hidden}\n"
	"document.querySelector('#found').textContent=box.value?n+' of '+all.length:''});\n"
	"function go(by){const seen=all.filter(a=>!a.hidden),at=seen.indexOf(document.activeElement.closest('article'));\n"
	"const to=seen[Math.max(0,Math.min(seen.length-1,at+by))];if(to){to.focus();to.scrollIntoView({block:'center'})}}\n"
	"document.addEventListener('keydown',e=>{if(e.target===box){if(e.key==='Escape')box.blur();return}\n"
	"if(e.ctrlKey||e.metaKey||e.altKey)return;\n"
	"if(e.key==='/'){e.preventDefault();box.focus()}else if(e.key==='j')go(1);else if(e.key==='k')go(-1)});\n";

#endif
