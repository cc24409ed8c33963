const given = (value) => value !== undefined && value !== null;

/** A media type shows an example of its own or its schema's. */
export default function hasExample(media, _options, { path }) {
  const { example, examples, schema = {} } = media;
  const named = given(examples) && Object.keys(examples).length > 0;
  const listed = Array.isArray(schema.examples) && schema.examples.length > 0;
  if (given(example) || named || given(schema.example) || listed) return [];
  return [{ message: `${path.slice(1, 3).reverse().join(' ')}: no example in ${path.at(-1)}.` }];
}
