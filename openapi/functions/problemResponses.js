const PROBLEM = 'application/problem+json';

/** The statuses that follow from what an operation takes: status → why. */
function due(operation, parameters, template, withoutRoles) {
  const needs = new Map();
  const headers = parameters
    .filter((parameter) => parameter.in === 'header')
    .map((parameter) => String(parameter.name).toLowerCase());
  const ways = (operation.security ?? []).flatMap((way) => Object.keys(way));
  if (ways.length > 0) needs.set('401', 'it needs a credential');
  if (ways.some((scheme) => !withoutRoles.includes(scheme))) needs.set('403', 'it needs a role');
  if (template.includes('{')) needs.set('404', 'its path names an object');
  if (parameters.length > 0 || operation.requestBody) needs.set('400', 'it takes input');
  if (operation.requestBody) {
    needs.set('413', 'it takes a body');
    needs.set('415', 'it takes a body');
  }
  if (headers.includes('if-match')) {
    needs.set('412', 'it takes If-Match');
    needs.set('428', 'it takes If-Match');
  }
  if (headers.includes('idempotency-key')) {
    needs.set('409', 'it takes an Idempotency-Key');
    needs.set('422', 'it takes an Idempotency-Key');
  }
  return needs;
}

/** Every error response is a problem document, and those that must exist do. */
export default function problemResponses(operation, { withoutRoles }, { path, documentInventory }) {
  const [, template] = path;
  const responses = operation.responses ?? {};
  const shared = documentInventory.resolved.paths?.[template]?.parameters ?? [];
  const parameters = [...shared, ...(operation.parameters ?? [])];
  const results = [];
  const codes = Object.keys(responses);
  if (!codes.some((code) => /^4/.test(code))) {
    results.push({ message: 'No 4xx response is documented.', path: [...path, 'responses'] });
  }
  for (const [code, why] of due(operation, parameters, String(template), withoutRoles)) {
    if (!codes.includes(code)) {
      results.push({
        message: `Response ${code} is missing: ${why}.`,
        path: [...path, 'responses'],
      });
    }
  }
  for (const code of codes.filter((name) => /^([45]|default)/.test(name))) {
    const kinds = Object.keys(responses[code].content ?? {});
    if (kinds.length !== 1 || kinds[0] !== PROBLEM) {
      results.push({
        message: `Response ${code} must be ${PROBLEM}, not ${kinds.join(', ') || 'empty'}.`,
        path: [...path, 'responses', code],
      });
    }
  }
  return results;
}
