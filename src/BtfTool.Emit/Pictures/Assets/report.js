// The sections of a report: what the pointer or the focus is on is marked in the pictures and in the listing, and told in words.
const Sections = (() => {
  "use strict";
  const found = new WeakMap();

  // Elements of a section by the member that they show.
  function membersOf(section) {
    let members = found.get(section);
    if (!members) {
      members = new Map();
      for (const element of section.querySelectorAll("[data-m]")) {
        const list = members.get(element.dataset.m);
        if (list) list.push(element); else members.set(element.dataset.m, [element]);
      }
      found.set(section, members);
    }
    return members;
  }

  const subjectOf = target => target instanceof Element ? target.closest("section.type [data-m]") : null;
  const isPiece = element => element.classList.contains("piece");
  const labelOf = piece => piece.getAttribute("aria-label") ?? "";

  let marked = [];
  let shown = null;

  function mark(subject, byFocus) {
    if (subject === shown) return;
    for (const element of marked) element.classList.remove("on");
    const section = (subject ?? shown)?.closest("section.type");
    shown = subject;
    marked = subject ? membersOf(section).get(subject.dataset.m) ?? [] : [];
    for (const element of marked) element.classList.add("on");
    const detail = section?.querySelector("output.detail");
    if (!detail) return;
    // A screen reader says what has the focus; it need not hear it twice.
    detail.setAttribute("aria-live", byFocus && subject && isPiece(subject) ? "off" : "polite");
    const piece = subject && (isPiece(subject) ? subject : marked.find(isPiece));
    detail.textContent = piece ? labelOf(piece) : subject ? subject.textContent.trim().replace(/\s+/g, " ") : "";
  }

  document.addEventListener("pointerover", event => {
    mark(subjectOf(event.target) ?? subjectOf(document.activeElement), false);
  });
  document.addEventListener("pointerleave", () => mark(subjectOf(document.activeElement), false));
  document.addEventListener("focusin", event => mark(subjectOf(event.target), true));
  document.addEventListener("focusout", event => { if (!event.relatedTarget) mark(null, true); });
  document.addEventListener("click", event => {
    const subject = subjectOf(event.target);
    if (subject && isPiece(subject)) moveFocus(subject.closest("svg"), subject);
    else if (subject) mark(subject, false);
  });

  function moveFocus(group, to) {
    if (!to) return;
    for (const element of group.querySelectorAll('[data-m][tabindex="0"]')) element.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
    to.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // The piece nearest to the middle of another one, in the next row of the picture above (-1) or below (1).
  function vertical(pieces, from, direction) {
    const here = from.getBoundingClientRect();
    const middle = (here.left + here.right) / 2;
    let best = null, bestRow = Infinity, bestAside = Infinity;
    for (const piece of pieces) {
      const box = piece.getBoundingClientRect();
      const row = direction > 0 ? box.top - here.top : here.top - box.top;
      if (row < Math.min(here.height, box.height) / 2) continue;
      const aside = Math.max(0, box.left - middle, middle - box.right);
      if (row < bestRow - 1 || (row < bestRow + 1 && aside < bestAside)) [best, bestRow, bestAside] = [piece, row, aside];
    }
    return best;
  }

  function target(items, from, key, isPicture) {
    const at = items.indexOf(from);
    switch (key) {
      case "ArrowRight": return isPicture ? items[at + 1] : null;
      case "ArrowLeft": return isPicture ? items[at - 1] : null;
      case "ArrowDown": return isPicture ? vertical(items, from, 1) : items[at + 1];
      case "ArrowUp": return isPicture ? vertical(items, from, -1) : items[at - 1];
      case "Home": return items[0];
      case "End": return items.at(-1);
      default: return undefined;
    }
  }

  document.addEventListener("keydown", event => {
    const subject = subjectOf(document.activeElement);
    if (!subject || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") {
      const heading = subject.closest("section.type").querySelector("h2");
      if (heading) { heading.tabIndex = -1; heading.focus({ preventScroll: true }); } else subject.blur();
      event.preventDefault();
      return;
    }
    const group = subject.closest("svg, table");
    const isPicture = isPiece(subject);
    const to = target([...group.querySelectorAll(isPicture ? ".piece[data-m]" : "tr[data-m]")], subject, event.key, isPicture);
    if (to === undefined) return;
    event.preventDefault();
    moveFocus(group, to);
  });

  // Rows of a listing can have the focus too: one of each table by Tab, the others by arrows.
  function prepare(root) {
    for (const table of root.querySelectorAll("section.type table")) {
      table.querySelectorAll("tr[data-m]").forEach((row, i) => { row.tabIndex = i === 0 ? 0 : -1; });
    }
  }

  function theme() {
    const button = document.querySelector("button.theme");
    if (!button) return;
    const root = document.documentElement;
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
    const show = () => { button.setAttribute("aria-pressed", String(isDark())); };
    button.hidden = false;
    button.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; show(); });
    dark.addEventListener("change", show);
    show();
  }

  document.documentElement.classList.add("js");
  theme();
  prepare(document);
  return { prepare };
})();
