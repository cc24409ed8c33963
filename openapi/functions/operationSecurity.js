/** Security is stated, and empty only for the operations on the public list. */
export default function operationSecurity(operation, { public: open }, { path }) {
  const [, template, method] = path;
  const name = `${method} ${String(template).replace(/^\/v\d+(?=\/)/, '')}`;
  const { security } = operation;
  if (!Array.isArray(security)) {
    return [{ message: `${name}: security is missing; state it, [] for a public operation.` }];
  }
  const anonymous = security.length === 0 || security.some((way) => Object.keys(way).length === 0);
  if (anonymous && !open.includes(name)) {
    const message = `${name} can be called by anyone and is not on the public list.`;
    return [{ message, path: [...path, 'security'] }];
  }
  return [];
}
