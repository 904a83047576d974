// A small language over the columns of a table: `holes >= 3 and (size < 4k or kind = union)`. A bare column means that it is not 0.
const Where = (() => {
  "use strict";
  const DEEPEST = 40;
  const TOKEN = /\s*(?:(>=|<=|==|!=|<>|&&|\|\||[><=!~(),])|(0x[0-9a-f]+|\d+(?:\.\d+)?[kmg]?)(?![\w])|"([^"]*)"|'([^']*)'|([^\s><=!~(),&|"']+))/iy;
  const UNITS = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
  const COMPARE = {
    ">": (a, b) => a > b, "<": (a, b) => a < b, ">=": (a, b) => a >= b, "<=": (a, b) => a <= b,
    "=": (a, b) => a === b, "!=": (a, b) => a !== b, "~": (a, b) => String(a).toLowerCase().includes(String(b).toLowerCase()),
  };

  function tokens(text) {
    const list = [];
    TOKEN.lastIndex = 0;
    while (text.slice(TOKEN.lastIndex).trim() !== "") {
      const at = TOKEN.lastIndex;
      const m = TOKEN.exec(text);
      if (!m) throw new SyntaxError(`cannot read “${text.slice(at).trim()}”`);
      if (m[1]) list.push({ op: ({ "==": "=", "<>": "!=", "&&": "and", "||": "or", ",": "and" })[m[1]] ?? m[1], text: m[1] });
      else if (m[2]) list.push({ number: toNumber(m[2]), text: m[2] });
      else if (m[5] && /^(and|or|not)$/i.test(m[5])) list.push({ op: m[5].toLowerCase() === "not" ? "!" : m[5].toLowerCase(), text: m[5] });
      else list.push({ word: m[3] ?? m[4] ?? m[5], text: m[3] ?? m[4] ?? m[5] });
    }
    return list;
  }

  function toNumber(text) {
    const unit = /^0x/i.test(text) ? undefined : UNITS[text.at(-1).toLowerCase()];
    return unit ? parseFloat(text) * unit : Number(text);
  }

  // columnOf gives a column { key, isText, valueOf(row) } for a name, or undefined.
  function compile(text, columnOf) {
    const list = tokens(text);
    let at = 0;
    const next = op => list[at]?.op === op ? (at++, true) : false;

    function either(depth) {
      if (depth > DEEPEST) throw new SyntaxError("nested too deeply");
      let left = both(depth);
      while (next("or")) { const a = left, b = both(depth); left = row => a(row) || b(row); }
      return left;
    }

    function both(depth) {
      let left = one(depth);
      while (next("and")) { const a = left, b = one(depth); left = row => a(row) && b(row); }
      return left;
    }

    function one(depth) {
      if (depth > DEEPEST) throw new SyntaxError("nested too deeply");
      if (next("!")) { const inner = one(depth + 1); return row => !inner(row); }
      if (next("(")) {
        const inner = either(depth + 1);
        if (!next(")")) throw new SyntaxError("a “)” is missing");
        return inner;
      }
      return comparison();
    }

    function comparison() {
      const name = list[at++];
      if (!name) throw new SyntaxError("something is missing at the end");
      const column = name.word === undefined ? undefined : columnOf(name.word);
      if (!column) throw new SyntaxError(`“${name.text}” is no column`);
      const compare = Object.hasOwn(COMPARE, list[at]?.op ?? "") ? COMPARE[list[at++].op] : undefined;
      if (!compare) return row => { const value = column.valueOf(row); return value !== 0 && value !== ""; };
      const value = list[at++];
      if (!value || value.op) throw new SyntaxError(`a value is missing after “${name.text}”`);
      if (!column.isText && compare !== COMPARE["~"] && value.number === undefined) throw new SyntaxError(`“${name.text}” takes a number`);
      const wanted = column.isText || compare === COMPARE["~"] ? value.text : value.number;
      return row => compare(column.valueOf(row), wanted);
    }

    const test = either(0);
    if (at < list.length) throw new SyntaxError(`“${list[at].text}” is not expected there`);
    return test;
  }

  return { compile };
})();
