/**
 * The script of a card: tables are sorted, searched, paged and copied, logs show their end, frames get their height, a live card
 * changes in place. Its pieces are constants: nothing of what is shown gets into them. What it makes, it makes as text.
 */
import type { Piece } from './place';

/** What of these nodes, or inside of them, is of a kind. */
const FIND = 'const Q=(s,r)=>r.flatMap(n=>[...(n.matches(s)?[n]:[]),...n.querySelectorAll(s)]);';

/** `S` is what the reader did, by place: it stays when the card changes. */
const TABLE = String.raw`
const S={},E=(n,p,...c)=>{const e=Object.assign(document.createElement(n),p);e.append(...c);return e};
function table(f){
const t=f.querySelector('table'),b=t.tBodies[0],all=[...b.rows],n=+t.dataset.size,s=S[f.dataset.k]??={p:0,q:'',c:-1,d:1};
if(all.length<2)return;
const val=(r,c)=>{const x=r.cells[c];return x?x.dataset.v??x.textContent:''};
const heads=[...t.tHead.rows[0].cells];let rows=[];
const cmp=(x,y)=>x===y?0:x===''?1:y===''?-1:(isNaN(x)||isNaN(y)?x.localeCompare(y,'en',{numeric:true}):x-y)*s.d;
const find=E('input',{type:'search',placeholder:'Search',value:s.q});find.setAttribute('aria-label','Search in the table');
const copy=E('button',{type:'button',textContent:'Copy as CSV'}),back=E('button',{type:'button',textContent:'‹'}),on=E('button',{type:'button',textContent:'›'}),at=E('span');
back.setAttribute('aria-label','Page before');on.setAttribute('aria-label','Next page');at.setAttribute('role','status');
function show(){
const q=s.q.toLowerCase();rows=q?all.filter(r=>r.textContent.toLowerCase().includes(q)):[...all];
if(s.c>=0)rows.sort((x,y)=>cmp(val(x,s.c),val(y,s.c)));
s.p=Math.max(0,Math.min(s.p,Math.ceil(rows.length/n)-1));
b.replaceChildren(...rows.slice(s.p*n,s.p*n+n));
heads.forEach((h,c)=>c===s.c?h.setAttribute('aria-sort',s.d>0?'ascending':'descending'):h.removeAttribute('aria-sort'));
const l=rows.length;at.textContent=l?(l>n?s.p*n+1+'–'+Math.min(l,s.p*n+n)+' of ':'')+l+(l===1?' row':' rows'):'no rows';
back.disabled=!s.p;on.disabled=(s.p+1)*n>=l;back.hidden=on.hidden=l<=n}
heads.forEach((h,c)=>{const u=E('button',{type:'button'},h.textContent||'–');h.replaceChildren(u);
u.onclick=()=>{if(s.c!==c){s.c=c;s.d=1}else if(s.d>0)s.d=-1;else{s.c=-1;s.d=1}s.p=0;show()}});
find.oninput=()=>{s.q=find.value;s.p=0;show()};
back.onclick=()=>{s.p--;show()};on.onclick=()=>{s.p++;show()};
copy.onclick=async()=>{const x=v=>/[",\r\n]/.test(v)?'"'+v.replaceAll('"','""')+'"':v;
const csv=[heads.map(h=>h.textContent),...rows.map(r=>heads.map((_,c)=>val(r,c)))].map(r=>r.map(x).join(',')).join('\r\n');
let ok=true;try{await navigator.clipboard.writeText(csv)}catch{const a=E('textarea',{value:csv});document.body.append(a);a.select();ok=document.execCommand('copy');a.remove()}
copy.textContent=ok?'Copied':'Not allowed here';setTimeout(()=>copy.textContent='Copy as CSV',1500)};
const bar=E('div',{className:'tools'});if(all.length>5)bar.append(find);bar.append(copy,E('span',{className:'pages'},at,back,on));
f.querySelector('.scroll').before(bar);show()}`;

/** A frame says how high it is; nothing else is heard from it. */
const FRAME = `addEventListener('message',e=>{const h=+e.data?.cardHeight;if(h>0)for(const f of document.querySelectorAll('iframe.fit'))if(f.contentWindow===e.source)f.style.height=Math.min(Math.ceil(h),5000)+'px'});`;

/**
 * Only the page around the card is heard. A block that is the same stays as it is; in another, what was open stays open, and where
 * the reader was in a search.
 */
const CHANGES = `let L=[...document.querySelector('main').children].map(n=>n.outerHTML);
addEventListener('message',e=>{if(parent===window||e.source!==parent||typeof e.data?.card!=='string')return;
const m=document.querySelector('main'),x=document.createElement('template');x.innerHTML=e.data.card;
const now=[...x.content.children],was=[...m.children],texts=now.map(n=>n.outerHTML),fresh=[];
const o=new Map(Q('details[data-k]',[m]).map(d=>[d.dataset.k,d.open])),c=new Set(Q('input:checked',[m]).map(i=>i.id)),a=document.activeElement,k=a.closest?.('.t')?.dataset.k,i=a.type==='search'?a.selectionStart:-1;
now.forEach((n,j)=>{if(was[j]&&L[j]===texts[j])return;if(was[j])was[j].replaceWith(n);else m.append(n);fresh.push(n)});
was.slice(now.length).forEach(n=>n.remove());L=texts;
for(const d of Q('details[data-k]',fresh))if(o.has(d.dataset.k))d.open=o.get(d.dataset.k);
for(const y of Q('.tabs>input',fresh))if(c.has(y.id))y.checked=true;
mount(fresh);if(i>=0&&!a.isConnected){const f=Q('.t',fresh).find(t=>t.dataset.k===k)?.querySelector('input');f?.focus();f?.setSelectionRange(i,i)}});
`;

/** @returns an empty text where the card needs none */
export function scriptOf(pieces: ReadonlySet<Piece>, live: boolean): string {
  const made: string[] = [FIND];
  const called: string[] = [];
  if (pieces.has('table')) {
    made.push(TABLE);
    called.push("Q('.t',r).forEach(f=>f.closest('td')||table(f));");
  }
  if (pieces.has('log')) called.push("Q('.log pre',r).forEach(p=>p.scrollTop=p.scrollHeight);");
  if (called.length === 0 && !pieces.has('frame') && !live) return '';
  const heard = `${pieces.has('frame') ? FRAME : ''}${live ? CHANGES : ''}`;
  return `${made.join('\n')}\nfunction mount(r){${called.join('')}}\n${heard}mount([document.querySelector('main')]);`;
}
