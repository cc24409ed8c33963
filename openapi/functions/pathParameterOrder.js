const METHODS = ['get', 'put', 'post', 'patch', 'delete', 'head', 'options', 'trace'];

/** Path parameters are listed as the template has them, none missing, none extra. */
export default function pathParameterOrder(item, _options, { path }) {
  const template = String(path.at(-1));
  const wanted = [...template.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]).join(', ');
  const results = [];
  for (const method of METHODS.filter((name) => item[name])) {
    const listed = [...(item.parameters ?? []), ...(item[method].parameters ?? [])]
      .filter((parameter) => parameter.in === 'path')
      .map((parameter) => parameter.name)
      .join(', ');
    if (listed !== wanted) {
      results.push({
        message: `${method} ${template}: parameters (${listed}), in the path (${wanted}).`,
        path: [...path, method, 'parameters'],
      });
    }
  }
  return results;
}
