/** No schema of type `number`, except below the names given. */
export default function exactNumbers(root, { except }) {
  const results = [];
  const visit = (value, path) => {
    if (value === null || typeof value !== 'object') return;
    const name = path.at(-1);
    if (except.includes(name) || name === 'example' || name === 'examples') return;
    const types = Array.isArray(value.type) ? value.type : [value.type];
    if (types.includes('number')) {
      const where = path.slice(-2).join('.');
      const message = `${where} is a JSON number: use a decimal string or an integer.`;
      results.push({ message, path });
    }
    for (const [key, child] of Object.entries(value)) visit(child, [...path, key]);
  };
  visit(root, []);
  return results;
}
