// The ranked table of all types: search, filters, order, a view in the address, rows drawn as they come into sight, sections on demand.
(() => {
  "use strict";
  const byId = id => document.getElementById(id);
  const data = JSON.parse(byId("types-data").textContent);
  const columns = data.columns;
  const total = columns[0].values.length;
  const column = new Map(columns.map(c => [c.key, c]));
  for (const c of columns) {
    c.isText = typeof (c.words ?? c.values)[0] === "string";
    c.valueOf = c.words ? row => c.words[c.values[row]] : row => c.values[row];
  }
  const names = column.get("name").values;
  const lowered = names.map(name => name.toLowerCase());
  const rank = column.get("rank").values;
  const number = new Intl.NumberFormat("en");

  const ranking = byId("ranking"), finder = byId("finder"), query = byId("q"), kind = byId("kind"), where = byId("where");
  const sizeFrom = byId("size-from"), sizeTo = byId("size-to"), boxes = [...finder.querySelectorAll('input[name="has"]')];
  const scroller = byId("scroller"), table = byId("types"), body = table.tBodies[0], heads = table.tHead.rows[0];
  const opened = byId("opened"), section = byId("section");

  // What is shown: rows of the data in their order, the one that has the focus (its place in that order), the one that is open (its row).
  let view = [];
  let active = 0;
  let open = -1;
  let sort = "rank";
  let firstDrawn = -1, lastDrawn = -1;
  let rowHeight = 30;

  // --- What the address says

  function stateOf(hash) {
    const given = new URLSearchParams(hash.slice(1));
    return {
      sort: column.has((given.get("sort") ?? "rank").replace(/^-/, "")) ? given.get("sort") ?? "rank" : "rank",
      q: given.get("q") ?? "", kind: given.get("kind") ?? "", has: (given.get("has") ?? "").split(",").filter(Boolean),
      from: given.get("from") ?? "", to: given.get("to") ?? "", where: given.get("where") ?? "",
      t: given.get("t"), nth: Math.max(1, Number(given.get("nth") ?? 1) || 1),
    };
  }

  function addressOf(row) {
    const parts = new URLSearchParams();
    const put = (key, value, usual) => { if (value !== usual) parts.set(key, value); };
    put("sort", sort, "rank");
    put("q", query.value, "");
    put("kind", kind.value, "");
    put("has", boxes.filter(b => b.checked).map(b => b.value).join(","), "");
    put("from", sizeFrom.value, "");
    put("to", sizeTo.value, "");
    put("where", where.value, "");
    if (row >= 0) {
      parts.set("t", names[row]);
      put("nth", String(nthOf(row)), "1");
    }
    return "#" + parts.toString().replaceAll("%2C", ",");
  }

  // Names may stand for several types: the first of them needs no number.
  function nthOf(row) {
    let nth = 1;
    for (let i = names.indexOf(names[row]); i >= 0 && i < row; i = names.indexOf(names[row], i + 1)) nth++;
    return nth;
  }

  function rowOf(name, nth) {
    let row = names.indexOf(name);
    for (let i = 1; i < nth && row >= 0; i++) row = names.indexOf(name, row + 1);
    return row;
  }

  const remember = () => history.replaceState(history.state, "", addressOf(open));

  function restore() {
    const state = stateOf(location.hash);
    sort = state.sort;
    query.value = state.q;
    kind.value = state.kind;
    for (const box of boxes) box.checked = state.has.includes(box.value);
    sizeFrom.value = state.from;
    sizeTo.value = state.to;
    where.value = state.where;
    if (state.kind || state.has.length || state.from || state.to || state.where) byId("filters").open = true;
    select();
    const row = state.t === null ? -1 : rowOf(state.t, state.nth);
    if (row >= 0) show(row, false);
    else if (open >= 0) hide(true);
  }

  // --- Which rows

  function matcherOf(text) {
    const pattern = /^re:(.*)$/s.exec(text) ?? /^\/(.*)\/$/s.exec(text);
    if (pattern) {
      const regex = new RegExp(pattern[1], "i");
      return row => regex.test(names[row]);
    }
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return words.length === 0 ? null : row => words.every(word => lowered[row].includes(word));
  }

  function attempt(input, make) {
    try {
      const made = make();
      input.removeAttribute("aria-invalid");
      return { made };
    } catch (error) {
      input.setAttribute("aria-invalid", "true");
      return { mistake: error.message };
    }
  }

  const columnOf = word => column.get(word.toLowerCase()) ?? columns.find(c => c.label.toLowerCase().replaceAll(" ", "_") === word.toLowerCase());

  function select() {
    const search = attempt(query, () => matcherOf(query.value));
    const wanted = attempt(where, () => where.value.trim() === "" ? null : Where.compile(where.value, columnOf));
    const tests = [search.made, wanted.made].filter(Boolean);
    const kinds = column.get("kind"), sizes = column.get("size").values;
    if (kind.value) tests.push(row => kinds.valueOf(row) === kind.value);
    for (const box of boxes) if (box.checked) { const values = column.get(box.value).values; tests.push(row => values[row] > 0); }
    if (sizeFrom.value !== "") { const from = Number(sizeFrom.value); tests.push(row => sizes[row] >= from); }
    if (sizeTo.value !== "") { const to = Number(sizeTo.value); tests.push(row => sizes[row] <= to); }

    const keep = active < view.length ? view[active] : -1;
    view = [];
    for (let row = 0; row < total; row++) if (tests.every(test => test(row))) view.push(row);
    order();
    active = Math.max(0, view.indexOf(open >= 0 ? open : keep));
    byId("where-help").textContent = wanted.mistake ? `Where: ${wanted.mistake}.` : whereHelp;
    tell(search.mistake);
    redraw();
  }

  const whereHelp = `Where compares columns: ${columns.map(c => c.key).join(", ")}; with = != < <= > >= and ~ (contains), and, or, not, ( ). 4k is 4096.`;

  function tell(mistake) {
    let text = view.length === total ? `${number.format(total)} types` : `${number.format(view.length)} of ${number.format(total)} types`;
    const saves = column.get("saves").values;
    let bytes = 0, count = 0;
    for (const row of view) if (saves[row] > 0) { bytes += saves[row]; count++; }
    if (count > 0) text += `; ${number.format(count)} could be smaller, by ${number.format(bytes)} bytes with one object of each`;
    byId("count").textContent = mistake ? `The pattern cannot be read (${mistake}); all are shown. ${text}` : text;
  }

  function order() {
    const down = sort.startsWith("-");
    const by = column.get(down ? sort.slice(1) : sort);
    const key = by.words ? row => by.words[by.values[row]] : row => by.values[row];
    const values = by.key === "name" ? lowered : Array.from(names, (_, row) => key(row));
    const sign = down ? -1 : 1;
    view.sort((a, b) => {
      const left = values[a], right = values[b];
      return left === right ? rank[a] - rank[b] : left < right ? -sign : sign;
    });
    for (const head of heads.cells) {
      if (head.dataset.key === by.key) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  }

  // --- Drawing

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  function drawHead() {
    columns.forEach((c, i) => {
      table.querySelector("colgroup").append(make("col", { class: `c-${c.key}` }));
      const button = make("button", { type: "button", title: c.about }, c.label);
      button.addEventListener("click", () => {
        const first = c.isText || c.key === "rank" ? c.key : "-" + c.key;
        const second = first.startsWith("-") ? c.key : "-" + c.key;
        sort = sort === first ? second : sort === second ? "rank" : first;
        order();
        active = 0;
        scroller.scrollTop = 0;
        redraw();
        remember();
      });
      heads.append(make("th", { scope: "col", "data-key": c.key, class: classOf(c), "aria-colindex": i + 1 }, button));
    });
    table.setAttribute("aria-colcount", columns.length);
  }

  const classOf = c => `c-${c.key}${c.isText ? "" : " n"}`;

  function drawRow(place) {
    const row = view[place];
    const tr = make("tr", { "aria-rowindex": place + 2, "data-place": place, class: row === open ? "is-open" : null });
    for (const c of columns) {
      if (c.key === "name") {
        const link = make("a", { href: addressOf(row), tabindex: place === active ? 0 : -1, title: names[row], "aria-current": row === open ? "true" : null }, names[row]);
        tr.append(make("th", { scope: "row", class: "c-name" }, link));
        continue;
      }
      const value = c.valueOf(row);
      const text = c.isText ? value : number.format(value);
      tr.append(make("td", { class: classOf(c) + (value === 0 ? " zero" : "") }, text));
    }
    return tr;
  }

  const gap = rows => make("tr", { class: "gap", "aria-hidden": "true", style: `height:${rows * rowHeight}px` });

  // Rows in sight and some around; the one with the focus stays, wherever it is, since removing it would lose the focus.
  function draw(force = false, count = 0) {
    const height = Math.min(scroller.clientHeight || 600, 2 * innerHeight);
    const spare = 12;
    const first = Math.max(0, Math.min(view.length - 1, Math.floor(scroller.scrollTop / rowHeight)) - spare);
    const last = Math.min(view.length - 1, first + Math.max(count, Math.ceil(height / rowHeight) + 2 * spare));
    if (!force && first === firstDrawn && last === lastDrawn) return;
    [firstDrawn, lastDrawn] = [first, last];
    const focused = body.contains(document.activeElement);
    const rows = [];
    let done = 0;
    const add = (from, to) => {
      if (from > done) rows.push(gap(from - done));
      for (let place = from; place <= to; place++) rows.push(drawRow(place));
      done = to + 1;
    };
    if (active < first && active < view.length) add(active, active);
    add(first, last);
    if (active > last && active < view.length) add(active, active);
    if (done < view.length) rows.push(gap(view.length - done));
    body.replaceChildren(...rows);
    if (focused) linkAt(active)?.focus({ preventScroll: true });
  }

  function redraw() {
    table.setAttribute("aria-rowcount", view.length + 1);
    byId("none").hidden = view.length > 0;
    draw(true);
  }

  const linkAt = place => body.querySelector(`tr[data-place="${place}"] a`);

  function measure() {
    const drawn = body.querySelector("tr:not(.gap)");
    const height = drawn?.getBoundingClientRect().height;
    if (height && Math.abs(height - rowHeight) > 0.01) { rowHeight = height; draw(true); }
  }

  function reveal(place) {
    const top = place * rowHeight, head = table.tHead.offsetHeight, height = scroller.clientHeight - head;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + rowHeight > scroller.scrollTop + height) scroller.scrollTop = top + rowHeight - height;
  }

  // A row that is far from what is in sight comes to its middle.
  function center(place) {
    const middle = place * rowHeight - (scroller.clientHeight - rowHeight) / 2;
    if (Math.abs(middle - scroller.scrollTop) > scroller.clientHeight / 2) scroller.scrollTop = middle; else reveal(place);
  }

  function goTo(place) {
    if (view.length === 0) return;
    active = Math.max(0, Math.min(view.length - 1, place));
    reveal(active);
    draw(true);
    linkAt(active)?.focus({ preventScroll: true });
  }

  // --- Sections

  const chunks = new Map();

  // The sections of one chunk, each ended by a byte 0, which no text contains.
  async function inflate(chunk) {
    const text = atob(document.querySelector(`script[data-chunk="${chunk}"]`).textContent.trim());
    const bytes = Uint8Array.from(text, c => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  async function sectionOf(row) {
    const chunk = Math.floor(row / data.chunk_types);
    if (!chunks.has(chunk)) {
      if (chunks.size > 4) chunks.clear();
      chunks.set(chunk, inflate(chunk));
    }
    const bytes = await chunks.get(chunk);
    let start = 0;
    for (let i = row % data.chunk_types; i > 0; i--) start = bytes.indexOf(0, start) + 1;
    return new TextDecoder().decode(bytes.subarray(start, bytes.indexOf(0, start)));
  }

  async function show(row, takeFocus) {
    open = row;
    const place = view.indexOf(row);
    if (place >= 0) active = place;
    opened.hidden = false;
    byId("split").classList.add("has-open");
    byId("opened-name").textContent = names[row];
    byId("opened-place").textContent = place < 0 ? "not in this list" : `${number.format(place + 1)} of ${number.format(view.length)}`;
    byId("previous").disabled = place <= 0;
    byId("next").disabled = place < 0 || place >= view.length - 1;
    section.setAttribute("aria-busy", "true");
    let html;
    try {
      html = await sectionOf(row);
    } catch (error) {
      html = "<p>This browser cannot unpack the section (it lacks DecompressionStream).</p>";
    }
    if (open !== row) return;
    section.innerHTML = html;
    section.removeAttribute("aria-busy");
    section.scrollTop = 0;
    Sections.prepare(section);
    if (place >= 0) center(place);
    draw(true);
    if (!takeFocus) return;
    const heading = section.querySelector("h2") ?? section;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }

  function openRow(row, takeFocus = true) {
    if (row === undefined) return;
    const address = addressOf(row);
    if (open >= 0) history.replaceState(history.state, "", address); else history.pushState({ from: addressOf(-1) }, "", address);
    show(row, takeFocus);
  }

  function hide(focusRow) {
    const place = view.indexOf(open);
    open = -1;
    opened.hidden = true;
    byId("split").classList.remove("has-open");
    section.replaceChildren();
    measure();
    draw(true);
    if (focusRow && view.length > 0) goTo(place >= 0 ? place : active);
  }

  // Going back keeps the history short; where the view has changed since, or the page began open, the address changes in place.
  function close() {
    if (history.state?.from === addressOf(-1)) { history.back(); return; }
    hide(true);
    remember();
  }

  function step(by) {
    const place = view.indexOf(open) + by;
    if (place >= 0 && place < view.length) openRow(view[place], false);
  }

  // --- Events

  let pending = 0;
  function later() {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => { scroller.scrollTop = 0; active = 0; select(); remember(); });
  }

  finder.addEventListener("input", later);
  finder.addEventListener("submit", event => { event.preventDefault(); goTo(0); });
  finder.addEventListener("reset", () => setTimeout(later));
  byId("clear").addEventListener("click", () => { finder.reset(); query.focus(); });
  query.addEventListener("keydown", event => { if (event.key === "ArrowDown") { event.preventDefault(); goTo(active); } });

  body.addEventListener("click", event => {
    const place = event.target.closest("tr[data-place]")?.dataset.place;
    if (place === undefined || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    active = Number(place);
    openRow(view[active]);
  });

  body.addEventListener("focusin", event => {
    const place = Number(event.target.closest("tr[data-place]")?.dataset.place);
    if (Number.isInteger(place) && place !== active) {
      linkAt(active)?.setAttribute("tabindex", "-1");
      active = place;
      linkAt(active)?.setAttribute("tabindex", "0");
    }
  });

  table.addEventListener("keydown", event => {
    if (!body.contains(event.target) || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor((scroller.clientHeight - table.tHead.offsetHeight) / rowHeight) - 1);
    const to = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: view.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (event.key === "ArrowUp" && active === 0) query.focus(); else goTo(to);
  });

  document.addEventListener("keydown", event => {
    if (event.key !== "Escape" || event.defaultPrevented || open < 0) return;
    if (event.target === query && query.value !== "") return;
    event.preventDefault();
    close();
  });

  byId("close").addEventListener("click", close);
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  scroller.addEventListener("scroll", () => draw(), { passive: true });
  addEventListener("popstate", restore);
  new ResizeObserver(() => { measure(); draw(); }).observe(scroller);

  // Paper shows the first rows of the view.
  addEventListener("beforeprint", () => { scroller.scrollTop = 0; draw(true, 300); });
  addEventListener("afterprint", () => draw(true));

  ranking.hidden = false;
  document.documentElement.classList.add("whole");
  byId("filters").open = matchMedia("(min-width: 60rem)").matches;
  drawHead();
  restore();
  measure();
  performance.mark("btftool:rows");
})();
