// JSON with its tokens. A value is one of: a string with the token's text, as it stands there (`21000.0`, `"a"`, `null`), an
// array, or a Map from a member's name to its value. Of duplicate members the last counts.
const pattern = /\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[[\]{},:])\s*/y;

export function parse(text) {
  const tokens = [];
  for (pattern.lastIndex = 0; pattern.lastIndex < text.length; ) {
    const at = pattern.lastIndex;
    const found = pattern.exec(text);
    if (!found) throw new Error(`no JSON at ${at}: ${text.slice(at, at + 40)}`);
    tokens.push(found[1]);
  }
  let next = 0;
  const take = (wanted) => {
    if (tokens[next++] !== wanted) throw new Error(`no ${wanted} but ${tokens[next - 1]} in ${text.slice(0, 200)}`);
  };
  const list = (end, one) => {
    if (tokens[next] !== end) {
      for (one(); tokens[next] === ','; one()) next++;
    }
    take(end);
  };
  const value = () => {
    const token = tokens[next++];
    if (token === '[') {
      const items = [];
      list(']', () => items.push(value()));
      return items;
    }
    if (token === '{') {
      const members = new Map();
      list('}', () => {
        const name = JSON.parse(tokens[next++]);
        take(':');
        members.set(name, value());
      });
      return members;
    }
    return token;
  };
  const whole = value();
  if (next !== tokens.length) throw new Error(`more than one value: ${text.slice(0, 200)}`);
  return whole;
}

// One text for all documents with the same members and tokens, whatever the order of members.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!(value instanceof Map)) return value;
  return `{${[...value.keys()].sort().map((name) => `${JSON.stringify(name)}:${canonical(value.get(name))}`).join(',')}}`;
}

// The value of a token that is a number; null for anything else.
export const numberOf = (value) => (typeof value === 'string' && /^[-\d]/.test(value) ? Number(value) : null);

// What a token that is a string says; null for anything else.
export const textOf = (value) => (typeof value === 'string' && value[0] === '"' ? JSON.parse(value) : null);
